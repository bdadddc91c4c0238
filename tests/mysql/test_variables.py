"""The variables of an application, on real servers: they lead there, and later steps get them too."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.conftest import CiKit
from tests.mysql.conftest import Project
from tests.unit.support import file_command

pytestmark = pytest.mark.usefixtures("nothing_left")

# An application with variables of its own, as its tests read them.
TABLE = """\
[tool.ci-kit]
coverage = false
database = "shop"

[tool.ci-kit.variables]
DB_HOST = "host"
DB_PORT = "port"
DB_USER = "user"
DB_PASS = "password"
DB_NAME = "database"
DB_SOCKET = "socket"
READ_HOST = "replica-host"
READ_PORT = "replica-port"
SQLALCHEMY_DATABASE_URI = "url"
"""
READS = {
    "pyproject.toml": TABLE,
    "urls.py": """\
        import os
        from urllib.parse import unquote, urlsplit

        def login(name):
            url = urlsplit(os.environ[name])
            return dict(
                host=url.hostname, port=url.port, user=unquote(url.username), password=unquote(url.password),
                database=unquote(url.path.strip("/")), collation="utf8mb4_general_ci", use_pure=True)
        """,
    "test_db.py": """\
        import os
        from mysql.connector import connect
        from urls import login

        NAMES = dict(host="DB_HOST", port="DB_PORT", user="DB_USER", password="DB_PASS", database="DB_NAME")

        def server(**place):
            given = {key: os.environ[name] for key, name in NAMES.items()}
            with connect(**given | place, collation="utf8mb4_general_ci", use_pure=True) as connection:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT DATABASE(), @@server_id, @@port")
                    return cursor.fetchall()[0]

        def test_every_way_leads_to_the_same_server():
            first = server()
            assert first[0] == "shop"
            assert str(first[2]) == os.environ["DB_PORT"] == os.environ["MYSQL_PORT"]
            assert server(unix_socket=os.environ["DB_SOCKET"]) == first
            for name in ("DATABASE_URL", "SQLALCHEMY_DATABASE_URI"):
                assert server(**{key: login(name)[key] for key in NAMES}) == first

        def test_a_reader_reads_from_a_replica_if_there_is_one():
            port = os.environ.get("MYSQL_REPLICA_PORT", os.environ["MYSQL_PORT"])
            assert str(server(host=os.environ["READ_HOST"], port=os.environ["READ_PORT"])[2]) == port
        """,
}
PASSWORD = "p@ss w/o:r#d%41?&'한"


@pytest.mark.parametrize("replicas", ["0", "1"])
def test_the_tests_find_the_server_by_the_names_of_their_application(
    ci_kit: CiKit, project: Project, server: str, replicas: str, tmp_path: Path
) -> None:
    project(READS)
    exported = tmp_path / "env"
    env = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_ENV": str(exported),
        "MYSQL_PASSWORD": PASSWORD,
        # What a workflow may have set for another server.
        "DB_HOST": "db.invalid",
        "DB_PORT": "1",
        "SQLALCHEMY_DATABASE_URI": "mysql+pymysql://u:p@db.invalid/old?charset=utf8mb4",
    }
    answer = ci_kit("run", "-v", "--mysqld", server, "--replicas", replicas, env=env, code=0)
    assert PASSWORD not in answer.text.replace(f"::add-mask::{PASSWORD}", "")
    try:
        later = file_command(exported.read_text(encoding="utf-8"))
        assert (later["DB_NAME"], later["DB_PASS"], later["DB_HOST"]) == ("shop", PASSWORD, "127.0.0.1")
        assert later["DB_PORT"] == later["MYSQL_PORT"]
        assert later["SQLALCHEMY_DATABASE_URI"].startswith("mysql+pymysql://root:p%40ss")
        assert later["SQLALCHEMY_DATABASE_URI"].endswith("/shop?charset=utf8mb4")
        assert later["DATABASE_URL"].startswith("mysql://root:p%40ss")
    finally:
        ci_kit("mysql", "down", code=0)


def test_a_short_password_in_a_variable_of_the_application_stays_hidden(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(READS)
    env = {"GITHUB_ACTIONS": "true", "GITHUB_ENV": str(tmp_path / "env"), "MYSQL_PASSWORD": "ab"}
    answer = ci_kit("run", "-v", "--mysqld", server, "--no-keep-mysql", env=env, code=0)
    assert "DB_PASS=ab" not in answer.stderr
    ci_kit("mysql", "up", "-v", "--mysqld", server, env=env, code=0)
    shown = ci_kit("mysql", "up", "-v", env=env, code=0).stderr
    ci_kit("mysql", "down", code=0)
    assert "DB_PASS=***" in shown
    assert "DB_PASS=ab" not in shown


def test_a_server_that_stays_keeps_its_variables(ci_kit: CiKit, project: Project, server: str) -> None:
    project({})
    driver = {"DATABASE_URL": "mysql+aiomysql://u:p@db/shop?charset=utf8mb4&unix_socket=/old.sock"}
    ci_kit(
        "mysql", "up", "--mysqld", server, "--variables", "DB_HOST=host DB_NAME=database", env=driver, code=0
    )
    try:
        # Neither the flag nor the variable is there any more.
        found = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        assert (found["DB_HOST"], found["DB_NAME"], found["MYSQL_DATABASE"]) == ("127.0.0.1", "shop", "shop")
        assert found["DATABASE_URL"].startswith("mysql+aiomysql://root:")
        socket = found["MYSQL_UNIX_PORT"]
        assert found["DATABASE_URL"].endswith(f"/shop?charset=utf8mb4&unix_socket={socket}")
        ci_kit("mysql", "up", "--variables", "DB_PORT=port", code=0)
        shell = ci_kit("mysql", "env", code=0).stdout
        assert f"export DB_PORT={found['MYSQL_PORT']}\n" in shell
        assert "export DB_HOST=127.0.0.1\n" in shell
        assert f"export DATABASE_URL={shlex.quote(found['DATABASE_URL'])}\n" in shell
        fits, another = ("9", "mariadb") if server.endswith("mysqld") else ("mariadb", "9")
        ci_kit("mysql", "up", "--mysql-version", fits, code=0)
        refused = ci_kit("mysql", "up", "--mysql-version", another, code=64)
        assert "the running server uses a different mysql-version" in refused.stderr
        other = {"DATABASE_URL": "postgresql://u:p@db/shop"}
        assert "DATABASE_URL" not in ci_kit("mysql", "env", env=other, code=0).stdout
    finally:
        ci_kit("mysql", "down", code=0)


KEEPS = {
    "test_url.py": """\
        import os

        def test_url():
            assert os.environ["DATABASE_URL"] == os.environ["EXPECTED"]
        """
}


def test_the_url_of_another_system_is_left_alone(ci_kit: CiKit, project: Project, server: str) -> None:
    project(KEEPS)
    url = "postgresql://u:p@db/shop"
    env = {"DATABASE_URL": url, "EXPECTED": url}
    answer = ci_kit("run", "--no-coverage", "--mysqld", server, env=env, code=0)
    assert url not in answer.text


def test_a_file_that_replaces_the_variables_is_named_before_the_tests_fail(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(
        {
            ".env": "MYSQL_HOST=db.invalid\nMYSQL_USER=root\n",
            "conftest.py": "load_dotenv = lambda **_: None\nload_dotenv(override=True)\n",
            "test_it.py": "def test_it(): pass\n",
        }
    )
    answer = ci_kit("run", "--no-coverage", "--mysqld", server, code=0)
    (warning,) = [line for line in answer.stderr.splitlines() if "replaces" in line]
    assert ".env replaces MYSQL_HOST of this run: conftest.py:2 has load_dotenv(override=True)" in warning
