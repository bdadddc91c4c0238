"""What init writes for a project leads its tests to a real server."""

from __future__ import annotations

import subprocess

import pytest

from benchmarks.suites.server import free_port
from tests.conftest import CiKit
from tests.mysql.conftest import Project

pytestmark = pytest.mark.usefixtures("nothing_left")

ACTION = "owner/ci-kit@0123456789abcdef0123456789abcdef01234567"
PYPROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["mysql-connector-python"]\n'
# The login is in the source, and only the server of this login has the table.
WRITTEN = """\
    from mysql.connector import connect

    def login():
        return connect(
            host="127.0.0.1", port={port}, user="clerk", password="1234", database="shop",
            collation="utf8mb4_general_ci", use_pure=True)
    """
READ = """\
    import os
    from mysql.connector import connect

    def login():
        return connect(
            host=os.environ["SHOP_DB_HOST"], port=int(os.environ["SHOP_DB_PORT"]),
            user=os.getenv("SHOP_DB_USERNAME", "clerk"), password=os.getenv("SHOP_DB_PASSWD", "1234"),
            database=os.getenv("SHOP_DB_DATABASE", "shop"), collation="utf8mb4_general_ci", use_pure=True)
    """
TEST = """\
    from store import login

    def test_the_table_of_the_compose_file_is_there():
        with login() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT DATABASE(), COUNT(*), @@collation_database FROM goods")
            assert cursor.fetchall() == [("shop", 2, "utf8mb4_unicode_ci")]
    """
COMPOSE = """\
    services:
      db:
        image: mysql
        command: --collation-server=utf8mb4_unicode_ci
        volumes: ["./sql:/docker-entrypoint-initdb.d"]
    """
SQL = "CREATE TABLE goods (id INT); INSERT INTO goods VALUES (1), (2);"


@pytest.mark.parametrize("source", [WRITTEN, READ], ids=["a login in the source", "variables"])
def test_the_run_after_init_reaches_its_server(
    ci_kit: CiKit, project: Project, server: str, source: str
) -> None:
    folder = project(
        {
            "pyproject.toml": PYPROJECT,
            "store.py": source.replace("{port}", str(free_port())),
            "tests/test_store.py": TEST,
            "compose.yaml": COMPOSE,
            "sql/goods.sql": SQL,
        }
    )
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True, timeout=60)
    ci_kit("init", "--action", ACTION, code=0)
    assert "1 passed" in ci_kit("run", "--mysqld", server, code=0).text
