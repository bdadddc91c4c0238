"""`ci-kit mysql …`, and runs with a server that is already up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.conftest import CiKit, interrupt, private_servers, wait_for
from tests.mysql.conftest import CONNECT, WAITING, Project
from tests.support.waiting import LIMIT, wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")


def test_a_server_of_mysql_up_stays_up_between_commands(ci_kit: CiKit, project: Project, server: str) -> None:
    project({"rows.py": CONNECT})
    up = ci_kit("mysql", "up", "--mysqld", server, "--database", "kept", code=0)
    try:
        assert "127.0.0.1:" in up.stderr
        again = ci_kit("mysql", "up", "--mysqld", server, code=0)
        assert "is already up" in again.stderr
        exports = ci_kit("mysql", "env", code=0).stdout
        script = f'{exports}\nexec "$0" -c "from rows import rows; print(rows(\'SELECT DATABASE()\'))"'
        done = subprocess.run(
            ["sh", "-c", script, ci_kit.environ["CI_KIT_PYTHON"]],
            cwd=ci_kit.cwd,
            env=ci_kit.environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=LIMIT,
        )
        assert done.stdout.strip() == "[('kept',)]"
        assert '"database": "kept"' in ci_kit("mysql", "status", "--json", code=0).stdout
    finally:
        ci_kit("mysql", "down", code=0)
    assert "no server is up" in ci_kit("mysql", "env", code=69).stderr
    assert "no server is up" in ci_kit("mysql", "down", code=0).stderr


def test_a_server_ends_after_the_folder_of_its_project_is_gone(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    other = project({"other/pyproject.toml": ""}) / "other"
    ci_kit("mysql", "up", "--mysqld", server, "--replicas", "1", "-C", other, code=0)
    (other / "pyproject.toml").unlink()
    other.rmdir()
    assert "no such folder" in ci_kit("mysql", "down", "-C", other, code=64).stderr
    assert f" of {other} is gone" in ci_kit("mysql", "down", "--all", code=0).stderr
    assert private_servers(ci_kit.servers) == set()


def test_a_running_server_gets_another_database_but_no_other_settings(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({})
    ci_kit("mysql", "up", "--mysqld", server, code=0)
    try:
        ci_kit("mysql", "up", "--database", "another", code=0)
        exports = ci_kit("mysql", "env", code=0).stdout
        assert "export MYSQL_DATABASE=another" in exports
        assert "export TZ=Asia/Seoul" in exports
        other = ci_kit("mysql", "up", env={"MYSQL_PASSWORD": "another-one"}, code=64)
        assert "the running server uses a different mysql-password" in other.stderr
        assert "another-one" not in other.text
        for flags in ("--timezone UTC", "--sql-mode ANSI", "--durable", "--mysql-settings a=1"):
            assert "ci-kit mysql down" in ci_kit("mysql", "up", *flags.split(), code=64).stderr
    finally:
        ci_kit("mysql", "down", code=0)


def test_additions_to_a_running_server_keep_its_database(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({"more.sql": "SELECT 1;"})
    ci_kit("mysql", "up", "--mysqld", server, "--database", "kept", code=0)
    try:
        for flags in ("--extra-databases more", "--init-sql more.sql"):
            ci_kit("mysql", "up", *flags.split(), code=0)
            assert "export MYSQL_DATABASE=kept\n" in ci_kit("mysql", "env", code=0).stdout
    finally:
        ci_kit("mysql", "down", code=0)


def test_the_user_of_the_first_database_can_use_the_second(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({"rows.py": CONNECT})
    ci_kit("mysql", "up", "--mysqld", server, "--mysql-user", "app", "--database", "first", code=0)
    try:
        ci_kit("mysql", "up", "--database", "second", code=0)
        variables = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        assert (variables["MYSQL_USER"], variables["MYSQL_DATABASE"]) == ("app", "second")
        script = "from rows import rows; rows('CREATE TABLE t (id INT)')"
        command = [ci_kit.environ["CI_KIT_PYTHON"], "-c", script]
        subprocess.run(command, cwd=ci_kit.cwd, env=ci_kit.environ | variables, check=True, timeout=LIMIT)
    finally:
        ci_kit("mysql", "down", code=0)


def test_a_kept_server_replaces_the_one_that_was_kept_before(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    try:
        for _ in range(2):
            run = ci_kit("run", "--mysqld", server, "--keep-mysql", code=0)
            assert "the server stays up until `ci-kit mysql down`" in run.stderr
        assert len([one for one in private_servers(ci_kit.servers) if one.isdigit()]) == 1
        assert "MYSQL_REPLICA" not in ci_kit("mysql", "env", code=0).stdout
    finally:
        ci_kit("mysql", "down", code=0)


def test_a_dry_run_would_not_end_the_server_of_another_run(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(WAITING)
    run = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", run)
    (dry_run,) = {ci_kit("run", "--dry-run", "--mysqld", server, code=0).stdout}
    for one in private_servers(ci_kit.servers):
        assert one not in dry_run
    assert interrupt(run).code == 130


def test_mysql_up_replaces_a_server_that_was_killed(ci_kit: CiKit, project: Project, server: str) -> None:
    project({})
    ci_kit("mysql", "up", "--mysqld", server, code=0)
    try:
        (pid,) = (int(one) for one in private_servers(ci_kit.servers) if one.isdigit())
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: str(pid) not in private_servers(ci_kit.servers), "the end of the server")
        assert ci_kit("mysql", "status", code=0).stdout == "server    none\n"
        assert private_servers(ci_kit.servers) == set()
        assert "is already up" not in ci_kit("mysql", "up", "--mysqld", server, code=0).stderr
        assert "no server is up" not in ci_kit("mysql", "env", code=0).stderr
    finally:
        ci_kit("mysql", "down", code=0)


def test_two_mysql_up_commands_at_once_start_one_server(ci_kit: CiKit, project: Project, server: str) -> None:
    project({})
    calls = [ci_kit.start("mysql", "up", "--mysqld", server) for _ in range(2)]
    try:
        for call in calls:
            stdout, stderr = call.communicate(timeout=120)
            assert call.returncode == 0, stdout + stderr
        assert len([one for one in private_servers(ci_kit.servers) if one.isdigit()]) == 1
    finally:
        ci_kit("mysql", "down", code=0)


def test_an_external_server_is_used_but_not_changed(ci_kit: CiKit, project: Project, server: str) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_external.py": """\
                import os
                from rows import rows

                def test_external():
                    assert rows("SELECT DATABASE()") == [("beside",)]
                    rows("CREATE TABLE IF NOT EXISTS t (id INT)")
                """,
        }
    )
    ci_kit("mysql", "up", "--mysqld", server, "--database", "kept", code=0)
    try:
        status = ci_kit("mysql", "env", "--json", code=0).stdout
        variables = json.loads(status)
        flags = ["--mysql", "external", "--mysql-port", variables["MYSQL_PORT"], "--database", "beside"]
        login = {name: variables[name] for name in ("MYSQL_HOST", "MYSQL_PASSWORD")}
        absent = ci_kit("run", *flags, env=login, code=69)
        assert "has no database 'beside'" in absent.stderr
        assert "--create-database" in absent.stderr
        ci_kit("run", *flags, "--create-database", env=login, code=0)
        ci_kit("run", *flags, env=login, code=0)
        # A refused login is final: if ci-kit waited for this time, the test would exceed its time limit.
        wrong = ci_kit(
            "run", *flags, "--boot-timeout", "3600", env=login | {"MYSQL_PASSWORD": "not-it-at-all"}, code=69
        )
        assert "cannot log in as root@127.0.0.1" in wrong.stderr
        assert "not-it-at-all" not in wrong.text
    finally:
        ci_kit("mysql", "down", code=0)


@pytest.fixture
def kept_server(nothing_left: None, ci_kit: CiKit, project: Project, server: str) -> Iterator[None]:
    project({})
    ci_kit("mysql", "up", "--mysqld", server, "--database", "kept", code=0)
    yield
    ci_kit("mysql", "down", code=0)


@pytest.mark.usefixtures("kept_server")
def test_exec_gives_a_program_the_variables_and_keeps_its_exit_code(ci_kit: CiKit) -> None:
    script = 'echo "$TZ $MYSQL_DATABASE $MYSQL_PORT $0"; exit 7'
    done = ci_kit("mysql", "exec", "sh", "-c", script, "-v", code=7)
    zone, database, port, argument = done.stdout.split()
    assert (zone, database, argument) == ("Asia/Seoul", "kept", "-v")
    assert f"export MYSQL_PORT={port}\n" in ci_kit("mysql", "env", code=0).stdout


@pytest.mark.usefixtures("kept_server")
def test_a_program_of_exec_gets_no_ignored_signals(ci_kit: CiKit) -> None:
    # A pipe whose reader has gone must end it, as in a shell.
    done = ci_kit("mysql", "exec", "sh", "-c", "kill -PIPE $$; echo lived on")
    assert (done.code, done.stdout) == (-signal.SIGPIPE, "")


@pytest.mark.usefixtures("kept_server")
def test_a_program_that_cannot_start_is_an_error(ci_kit: CiKit) -> None:
    missing = ci_kit("mysql", "exec", "no-such-program", code=69)
    assert "cannot run no-such-program" in missing.stderr


@pytest.mark.usefixtures("kept_server")
def test_the_shell_opens_the_database_of_the_server(ci_kit: CiKit) -> None:
    done = ci_kit("mysql", "shell", "--", "--skip-column-names", "--execute=SELECT DATABASE(), 1 + 1", code=0)
    assert done.stdout.split() == ["kept", "2"]
    shown = ci_kit("mysql", "shell", "--dry-run", code=0)
    assert shown.stdout.split()[-1] == "kept"
    assert "MYSQL_PWD" not in shown.text


@pytest.mark.usefixtures("kept_server")
def test_the_shell_of_an_unknown_server_is_an_error(ci_kit: CiKit) -> None:
    assert "there is no server other" in ci_kit("mysql", "shell", "--server", "other", code=64).stderr


def test_without_a_server_neither_a_program_nor_a_shell_starts(ci_kit: CiKit, project: Project) -> None:
    project({})
    for words in (("exec", "true"), ("shell",)):
        assert "no server is up" in ci_kit("mysql", *words, code=69).stderr
