"""A server that somebody else runs: what is done there, and what is said when it does not answer."""

from __future__ import annotations

import json
import socket

import pytest

from tests.conftest import CiKit
from tests.mysql.conftest import CONNECT, Project

pytestmark = pytest.mark.usefixtures("nothing_left")

ROWS = {
    "rows.py": CONNECT,
    "schema.sql": "CREATE TABLE t (id INT); INSERT INTO t VALUES (1);",
    "test_rows.py": """\
        import os
        from rows import rows

        def test_rows():
            found = rows("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
            assert len(found) == int(os.environ["TABLES"])
            if found:
                assert rows("SELECT id FROM t") == [(1,)]
        """,
}
NOWHERE = {"test_it.py": "def test_it():\n    pass\n"}
FLAGS = ("run", "--mysql", "external", "--boot-timeout")


def test_sql_fills_a_database_that_is_created_there_and_no_other(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(ROWS)
    ci_kit("mysql", "up", "--mysqld", server, "--database", "present", code=0)
    try:
        variables = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        env = {name: variables[name] for name in ("MYSQL_HOST", "MYSQL_PASSWORD")}
        flags = (*FLAGS, "60", "--mysql-port", variables["MYSQL_PORT"], "--init-sql", "schema.sql")
        for database, tables, leave in (
            ("fresh", "1", ["--create-database"]),
            ("fresh", "1", ["--create-database"]),
            ("present", "0", ["--create-database"]),
            ("present", "0", []),
        ):
            ci_kit(*flags, "--database", database, *leave, env=env | {"TABLES": tables}, code=0)
    finally:
        ci_kit("mysql", "down", code=0)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid", "two words"])
def test_a_host_without_an_address_is_refused_without_waiting(
    ci_kit: CiKit, project: Project, host: str
) -> None:
    project(NOWHERE)
    # More than the test has.
    answer = ci_kit(*FLAGS, "3600", env={"MYSQL_HOST": host}, code=69)
    assert f"the host {host!r} has no address" in answer.stderr
    assert "the environment variable MYSQL_HOST" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_port_where_nothing_listens_is_waited_for_and_named(ci_kit: CiKit, project: Project) -> None:
    project(NOWHERE)
    port = str(_free_port())
    answer = ci_kit(*FLAGS, "1", "--mysql-port", port, env={"MYSQL_HOST": "127.0.0.1"}, code=69)
    assert f"cannot log in as root@127.0.0.1:{port}" in answer.stderr
    assert "Connection refused" in answer.stderr
    assert "look at mysql-host and mysql-port" in answer.stderr


def test_a_server_that_is_still_to_boot_is_waited_for(ci_kit: CiKit, project: Project, server: str) -> None:
    project(ROWS)
    port = str(_free_port())
    env = {"MYSQL_HOST": "127.0.0.1", "MYSQL_PASSWORD": "the-password", "TABLES": "0"}
    # The server answers before its own database is there.
    child = ci_kit.start(*FLAGS, "60", "--mysql-port", port, "--create-database", env=env)
    assert child.stderr
    while "waiting for" not in child.stderr.readline():
        assert child.poll() is None
    try:
        ci_kit("mysql", "up", "--mysqld", server, env={"CI_KIT_MYSQL_PORT": port} | env, code=0)
        stdout, stderr = child.communicate(timeout=120)
        assert child.returncode == 0, stdout + stderr
    finally:
        ci_kit("mysql", "down", code=0)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
