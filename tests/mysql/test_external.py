"""An external server: what ci-kit does there, and the errors if it does not answer."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def test_init_sql_runs_only_in_a_database_that_ci_kit_creates(
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
            run = ci_kit(*flags, "--database", database, *leave, env=env | {"TABLES": tables}, code=0)
            assert "waiting for" not in run.stderr
    finally:
        ci_kit("mysql", "down", code=0)


def test_a_run_keeps_no_record_of_the_login_but_exports_it_to_later_steps(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(NOWHERE)
    exported = tmp_path / "env"
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_ENV": str(exported)}
    with another_project(ci_kit, server, tmp_path) as login:
        ci_kit(*FLAGS, "60", "--create-database", "--keep-mysql", env=login | runner, code=0)
        assert ci_kit("mysql", "status", code=0).stdout == "server    none\n"
    assert login["MYSQL_PASSWORD"] in exported.read_text()


def test_every_command_checks_the_external_server_again(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project({})
    flags = ("mysql", "up", "--mysql", "external")
    with another_project(ci_kit, server, tmp_path) as login:
        ci_kit(*flags, "--database", "theirs", env=login, code=0)
        status = json.loads(ci_kit("mysql", "status", "--json", code=0).stdout)
        assert "place" not in ci_kit("mysql", "status", code=0).stdout
        assert (status["kind"], status["database"]) == ("external", "theirs")
        absent = ci_kit("mysql", "up", "--database", "ours", code=69)
        assert "has no database 'ours'" in absent.stderr
        assert "MYSQL_DATABASE=theirs\n" in ci_kit("mysql", "env", code=0).stdout
        ci_kit("mysql", "up", "--database", "ours", "--create-database", code=0)
        assert "MYSQL_DATABASE=ours\n" in ci_kit("mysql", "env", code=0).stdout
        elsewhere = ci_kit(*flags, env=login | {"MYSQL_HOST": "localhost"}, code=64)
        assert "the running server uses a different mysql-host" in elsewhere.stderr
    assert ci_kit("mysql", "status", code=0).stdout == "server    none\n"
    assert "no server is up" in ci_kit("mysql", "env", code=69).stderr
    ci_kit("mysql", "down", code=0)


def test_mysql_down_forgets_a_server_that_no_longer_answers(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project({})
    with another_project(ci_kit, server, tmp_path) as login:
        ci_kit("mysql", "up", "--mysql", "external", "--database", "theirs", env=login, code=0)
    down = ci_kit("mysql", "down", code=0)
    assert "is forgotten; ci-kit does not end an external server" in down.stderr
    assert "stays up" not in down.stderr


@contextmanager
def another_project(ci_kit: CiKit, server: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The login at the running server of another project, with a database named theirs."""
    there = tmp_path / "another"
    there.mkdir()
    ci_kit("mysql", "up", "-C", there, "--mysqld", server, "--database", "theirs", code=0)
    try:
        variables = json.loads(ci_kit("mysql", "env", "-C", there, "--json", code=0).stdout)
        yield {name: variables[name] for name in ("MYSQL_HOST", "MYSQL_PORT", "MYSQL_PASSWORD")}
    finally:
        ci_kit("mysql", "down", "-C", there, code=0)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 64 + ".invalid", "two words"])
def test_a_host_without_an_address_is_refused_at_once(ci_kit: CiKit, project: Project, host: str) -> None:
    project(NOWHERE)
    # If ci-kit waited for this time, the test would exceed its time limit.
    answer = ci_kit(*FLAGS, "3600", env={"MYSQL_HOST": host}, code=69)
    assert f"the host {host!r} has no address" in answer.stderr
    assert "the environment variable MYSQL_HOST" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_port_without_a_server_is_reported_after_the_boot_timeout(ci_kit: CiKit, project: Project) -> None:
    project(NOWHERE)
    port = str(_free_port())
    answer = ci_kit(*FLAGS, "1", "--mysql-port", port, env={"MYSQL_HOST": "127.0.0.1"}, code=69)
    assert f"cannot log in as root@127.0.0.1:{port}" in answer.stderr
    assert "Connection refused" in answer.stderr
    assert "check mysql-host and mysql-port" in answer.stderr


def test_a_run_waits_for_a_server_that_boots_later(ci_kit: CiKit, project: Project, server: str) -> None:
    project(ROWS)
    port = str(_free_port())
    env = {"MYSQL_HOST": "127.0.0.1", "MYSQL_PASSWORD": "the-password", "TABLES": "0"}
    # The server may answer before `mysql up` has created the database.
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


def test_a_server_that_answers_is_used_on_a_runner_and_not_on_a_laptop(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(NOWHERE)
    flags = ("run", "--no-coverage", "--mysqld", server, "--no-keep-mysql", "--database", "theirs")
    with another_project(ci_kit, server, tmp_path) as login:
        address = f"{login['MYSQL_HOST']}:{login['MYSQL_PORT']}"
        on_runner = ci_kit(*flags, env=login | {"GITHUB_ACTIONS": "true"}, code=0)
        why = f"a server answers at {address}, from the environment variable MYSQL_HOST"
        assert f", external ({why}), {address}" in on_runner.stderr
        on_laptop = ci_kit(*flags, env=login, code=0)
        assert ", private (not on a GitHub-hosted runner), " in on_laptop.stderr
        assert f", {address}" not in on_laptop.stderr


def test_the_version_of_an_external_server_is_checked_before_it_is_changed(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(NOWHERE)
    flags = (*FLAGS, "60", "--no-coverage", "--create-database", "--database", "fresh", "--mysql-version")
    fits, other = ("9", "mariadb") if server.endswith("mysqld") else ("mariadb", "9")
    with another_project(ci_kit, server, tmp_path) as login:
        answer = ci_kit(*flags, other, env=login, code=69)
        assert "mysql-version came from --mysql-version" in answer.stderr
        absent = ci_kit(*FLAGS, "60", "--database", "fresh", env=login, code=69)
        assert "has no database 'fresh'" in absent.stderr
        ci_kit(*flags, fits, env=login, code=0)
