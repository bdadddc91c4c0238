"""Faults around a run on real servers: each one ends in one error message and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
from pathlib import Path

import pytest

from ci_kit.mysql.client.version import Version
from ci_kit.mysql.private.program import ServerProgram
from tests.conftest import CiKit, assert_in_order, finish, private_servers, wait_for
from tests.mysql.conftest import LOGS_IN_LATER, WAITING, WAITS, Project, wrap_server

pytestmark = pytest.mark.usefixtures("nothing_left")

WITHOUT_LOGIN = {
    "waits.py": WAITS,
    "test_waits.py": """\
        import pathlib
        from waits import until_removed

        def test_waits():
            pathlib.Path("started").write_text("")
            until_removed("started")
        """,
}
PASSING = {"test_it.py": "def test_it():\n    pass\n"}


def test_the_next_run_cleans_up_after_a_killed_run(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    folder = project(WAITING)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    own = {"TMPDIR": str(temporary)}
    child = ci_kit.start("run", "--mysqld", server, env=own)
    wait_for(folder / "started", child)
    child.kill()
    # The project's test runs on and holds the pipes open.
    os.kill(int((folder / "started").read_text()), signal.SIGKILL)
    finish(child)
    assert private_servers(ci_kit.servers)
    assert list(temporary.glob("ci-kit-run-*"))
    (folder / "test_waiting.py").unlink()
    ci_kit("run", "--mysqld", server, env=own, code=0)
    assert private_servers(ci_kit.servers) == set()
    assert list(temporary.iterdir()) == []


def test_tests_fail_if_their_server_is_killed(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project(LOGS_IN_LATER)
    child = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", child)
    for one in private_servers(ci_kit.servers):
        if one.isdigit() and int(one) != child.pid:
            os.kill(int(one), signal.SIGKILL)
    (folder / "started").unlink()
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 1, stdout + stderr


def test_a_killed_server_is_a_warning_if_the_tests_pass(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project(WITHOUT_LOGIN)
    child = ci_kit.start(
        "run", "--mysqld", server, "--replicas", "1", "--no-keep-mysql", env={"GITHUB_ACTIONS": "true"}
    )
    wait_for(folder / "started", child)
    for one in private_servers(ci_kit.servers):
        if one.isdigit() and b"--server_id=2" in Path("/proc", one, "cmdline").read_bytes():
            os.kill(int(one), signal.SIGKILL)
    (folder / "started").unlink()
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 0, stdout + stderr
    assert_in_order(stderr, ["ci-kit: warning: the server is gone (replica 1)", "why:", "do:"])
    assert "::warning title=ci-kit::the server is gone (replica 1)" in stdout


def test_a_port_that_is_in_use_is_reported_with_its_source(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(PASSING)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = ci_kit("run", "--mysqld", server, env={"CI_KIT_MYSQL_PORT": port}, code=69)
    assert f"port {port} of 127.0.0.1 is taken" in answer.stderr
    assert "CI_KIT_MYSQL_PORT" in answer.stderr


def test_a_server_that_is_killed_while_it_boots_is_an_error_without_its_log(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(PASSING)
    script = """\
        log=$(printf '%s\\n' "$@" | sed -n 's|^--socket=\\(.*\\)/mysql.sock$|\\1/error.log|p')
        "$real" "$@" &
        timeout 60 sh -c 'until [ -s "$0" ]; do sleep 0.01; done' "$log"
        kill -9 $! $$
        """
    answer = ci_kit("run", "--mysqld", wrap_server(tmp_path / "wrapped", server, script), code=69)
    assert_in_order(
        answer.stderr,
        ["the server did not start", "something killed it: signal 9 ended ", "do:", "lack of memory"],
    )
    assert " | " not in answer.stderr


@pytest.mark.parametrize(
    ("flag", "value", "expected"),
    [
        ("--sql-mode", "NO_SUCH_MODE", "Error while setting value 'NO_SUCH_MODE' to 'sql_mode'"),
        ("--mysql-settings", "no-such-setting=1", "unknown variable 'no-such-setting=1'"),
        ("--mysql-settings", "max_connections=abc", "Error while setting value 'abc' to 'max_connections'"),
        ("--mysql-settings", "max-allowed-packet", "requires an argument"),
        # The server rejects this option earlier, when it initialises the datadir.
        ("--mysql-settings", "innodb_page_size=large", "Error while setting value 'large' to"),
        ("--mysql-settings", "innodb_page_size=5000", "Invalid page size=5000"),
    ],
)
def test_a_setting_that_the_server_rejects_is_reported_with_its_source(
    ci_kit: CiKit, project: Project, server: str, flag: str, value: str, expected: str
) -> None:
    project(PASSING)
    answer = ci_kit("run", "--mysqld", server, flag, value, code=64)
    named = f"the server rejects {flag.removeprefix('--')}: {value}"
    assert_in_order(answer.stderr, [named, f"it came from {flag}", "       | ", expected, "do:"])


@pytest.mark.parametrize(
    ("beside", "rejected"),
    [
        ("loose_nonsense=1", "no-such-setting=1"),
        ("loose-nonsense", "no_such_setting=1"),
        ("loose_nonsense=1 loose-other=a", "no-such-setting"),
    ],
)
def test_a_setting_with_a_warning_is_not_blamed_for_another_one(
    ci_kit: CiKit, project: Project, server: str, beside: str, rejected: str
) -> None:
    project(PASSING)
    answer = ci_kit("run", "--mysqld", server, "--mysql-settings", f"{beside} {rejected}", code=64)
    assert f"the server rejects mysql-settings: {rejected}\n" in answer.stderr
    assert "[Warning]" not in answer.stderr


def test_a_failed_initialisation_shows_the_first_lines_of_its_installer(
    ci_kit: CiKit, project: Project, mariadbd: str, tmp_path: Path
) -> None:
    project(PASSING)
    program = wrap_server(tmp_path / "wrapped", mariadbd)
    output = ["Neither host 'here' nor 'localhost' could be looked up", *map(str, range(20))]
    installer = program.parent / ServerProgram(program, Version("MariaDB", ())).installer.name
    installer.write_text("#!/bin/sh\n" + "".join(f'echo "{line}"\n' for line in output) + "exit 1\n")
    answer = ci_kit("run", "--mysqld", program, code=69)
    assert_in_order(answer.stderr, ["cannot initialise a datadir", f"| {output[0]}", "| 0", "do:"])


def test_a_free_port_that_another_process_takes_first_is_replaced(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(PASSING)
    # At the first start, another process listens on the chosen port before the server does.
    script = f"""\
        once=$(dirname "$0")/once
        if mkdir "$once" 2>/dev/null; then
            port=$(printf '%s\\n' "$@" | sed -n 's/^--port=//p')
            {sys.executable} -c 'import socket, sys, time
        with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
            open(sys.argv[2], "w").close()
            time.sleep(300)' "$port" "$once/listens" >/dev/null 2>&1 &
            echo $! > "$once/pid"
            timeout 60 sh -c 'until [ -e "$0" ]; do sleep 0.01; done' "$once/listens"
        fi
        exec "$real" "$@"
        """
    program = wrap_server(tmp_path / "wrapped", server, script)
    answer = ci_kit("run", "-v", "--mysqld", program, code=0)
    assert len(set(re.findall(r"--port=(\d+)", answer.stderr))) == 2


def test_a_server_that_cannot_boot_shows_the_errors_of_its_log(
    ci_kit: CiKit, project: Project, tmp_path: Path, mysqld: str
) -> None:
    project(PASSING)
    broken = tmp_path / "mysqld"
    broken.write_text(
        f'#!/bin/sh\n[ "$#" -gt 4 ] || exec {mysqld} "$@"\nexec {mysqld} "$@" --no-such-setting=1\n'
    )
    broken.chmod(0o755)
    answer = ci_kit("run", "--mysqld", broken, code=69)
    assert "no-such-setting" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_silent_server_and_a_port_without_a_server_are_different_errors(
    ci_kit: CiKit, project: Project
) -> None:
    project(PASSING)
    login = {"MYSQL_HOST": "127.0.0.1", "MYSQL_PASSWORD": "x", "CI_KIT_BOOT_TIMEOUT": "1"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        flags = ["--mysql", "external", "--mysql-port", str(listener.getsockname()[1])]
        silent = ci_kit("run", *flags, env=login, code=69)
    absent = ci_kit("run", *flags, env=login, code=69)
    assert "accepts connections but sends nothing" in silent.stderr
    assert "Connection refused" in absent.stderr
    for answer in (silent, absent):
        assert_in_order(
            answer.stderr, ["cannot log in as root@127.0.0.1", "do:", "mysql-host and mysql-port"]
        )


def test_a_cache_folder_that_cannot_be_written_is_reported(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(PASSING | {"file": ""})
    answer = ci_kit("run", "--mysqld", server, env={"CI_KIT_CACHE": str(folder / "file" / "below")}, code=69)
    assert f"{folder}/file/below" in answer.stderr
    assert "CI_KIT_CACHE" in answer.stderr


def test_without_a_server_the_error_says_what_to_install(ci_kit: CiKit, project: Project) -> None:
    project(PASSING)
    answer = ci_kit.without_server("run", "--mysql", "private")
    assert answer.code == 69, answer.text
    assert_in_order(answer.stderr, ["this machine has no MySQL or MariaDB server", "ci-kit mysql install"])
