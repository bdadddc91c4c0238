"""The main job, on real servers, as a user calls it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import (
    SAMPLE,
    CiKit,
    assert_in_order,
    interrupt,
    private_servers,
    wait_for,
)
from tests.mysql.conftest import CONNECT
from tests.support.unavailable import Unavailable, skip_or_fail

Project = Callable[[Mapping[str, str]], Path]

pytestmark = pytest.mark.usefixtures("nothing_left")


@pytest.fixture
def sample(ci_kit: CiKit, tmp_path: Path, sample_python: str) -> CiKit:
    """ci-kit called in a copy of the sample app, with the sample's own Python."""
    copy = tmp_path / "meeting"
    shutil.copytree(
        SAMPLE, copy, ignore=shutil.ignore_patterns(".venv", "__pycache__", ".coverage", ".pytest_cache")
    )
    return CiKit(copy, ci_kit.environ | {"CI_KIT_PYTHON": sample_python})


def test_the_sample_passes_with_a_coverage_table_twice_in_a_row(sample: CiKit, server: str) -> None:
    for _ in range(2):
        answer = sample("run", "--mysqld", server, code=0)
        assert_in_order(answer.stdout, [" passed", "Stmts", "TOTAL"])
        assert_in_order(answer.stderr, ["timezone   Asia/Seoul", "mysql ", "result     Tests passed: "])


def test_the_emptied_sample_is_a_clean_skip_with_one_clear_line(sample: CiKit, server: str) -> None:
    shutil.rmtree(sample.cwd / "tests")
    (sample.cwd / "tests").mkdir()
    answer = sample("run", "--mysqld", server, code=0)
    assert [line for line in answer.stderr.splitlines() if "no tests" in line] == [
        "tests      there are no tests to collect: skipped"
    ]


def test_one_failing_test_of_the_sample_fails_the_run(sample: CiKit, server: str) -> None:
    (sample.cwd / "tests" / "test_more.py").write_text("def test_false() -> None:\n    assert False\n")
    answer = sample("run", "--mysqld", server, code=1)
    assert "1 failed" in answer.stderr


def test_a_broken_conftest_of_the_sample_is_no_skip(sample: CiKit, server: str) -> None:
    (sample.cwd / "tests" / "conftest.py").write_text("import no_such_module\n")
    answer = sample("run", "--mysqld", server, code=4)
    assert "no_such_module" in answer.text


def test_without_a_server_the_error_says_what_to_install(sample: CiKit) -> None:
    # The machine as it would be without one: every server program hidden, in a mount namespace.
    programs = [path for path in map(Path, _server_programs()) if path.exists()]
    hide = "\n".join(f"mount --bind /dev/null {path}" for path in programs)
    script = f'{hide}\nexec "$@"'
    if subprocess.run(["unshare", "--map-root-user", "--mount", "true"], check=False).returncode:
        skip_or_fail(Unavailable("no user namespaces here, by which the server could be hidden"))
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-ec", script, "sh", *sample.argv("run")],
        cwd=sample.cwd,
        env=sample.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 69, done.stderr
    assert "there is no MySQL or MariaDB server on this machine" in done.stderr
    assert "ci-kit mysql install" in done.stderr
    assert "Traceback" not in done.stderr


def _server_programs() -> list[str]:
    folders = [
        *os.environ["PATH"].split(":"),
        "/usr/sbin",
        "/usr/libexec",
        "/usr/local/sbin",
        "/usr/local/bin",
    ]
    return sorted(
        {str(Path(folder, name).resolve()) for folder in folders for name in ("mysqld", "mariadbd")}
    )


WAITING = {
    "rows.py": CONNECT,
    "test_waiting.py": """\
        import pathlib, time
        from rows import rows

        def test_waits():
            pathlib.Path("started").write_text(str(rows("SELECT 1")))
            time.sleep(300)
        """,
}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_the_tests_ends_the_run_and_the_server(
    ci_kit: CiKit, project: Project, server: str, number: signal.Signals, code: int
) -> None:
    folder = project(WAITING)
    child = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", child)
    answer = interrupt(child, number)
    assert answer.code == code, answer.text
    assert "Traceback" not in answer.stderr


def test_a_signal_while_the_server_boots_leaves_nothing(ci_kit: CiKit, project: Project, server: str) -> None:
    project(WAITING)
    ci_kit("run", "--mysqld", server, "--", "--co")
    before = private_servers()
    child = ci_kit.start("run", "--mysqld", server)
    while not private_servers() - before:
        assert child.poll() is None
    answer = interrupt(child)
    assert answer.code == 130, answer.text


def test_what_a_killed_run_left_is_cleaned_up_by_the_next(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(WAITING)
    before = private_servers()
    child = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", child)
    (pytest_pid,) = _children(child.pid)
    child.kill()
    # It holds the pipes open, and would run on.
    os.kill(pytest_pid, signal.SIGKILL)
    child.communicate()
    assert private_servers() - before
    (folder / "test_waiting.py").unlink()
    ci_kit("run", "--mysqld", server, code=0)
    assert private_servers() <= before


def _children(pid: int) -> list[int]:
    """The child processes that lead no server: of a run, its pytest."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [
        int(one) for one in text.split() if b"ci-kit-mysql-" not in Path(f"/proc/{one}/cmdline").read_bytes()
    ]


def test_a_server_that_is_killed_during_the_tests_fails_them(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(
        {
            "rows.py": CONNECT,
            "test_db.py": """\
                import pathlib
                from rows import rows

                def test_waits():
                    pathlib.Path("started").write_text("")
                    while pathlib.Path("started").exists():
                        pass
                    rows("SELECT 1")
                """,
        }
    )
    before = private_servers()
    child = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", child)
    for one in private_servers() - before:
        if one.isdigit() and int(one) != child.pid:
            os.kill(int(one), signal.SIGKILL)
    (folder / "started").unlink()
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 1, stdout + stderr


def test_the_tests_find_zone_server_and_database_in_the_environment(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(
        {
            "pyproject.toml": '[tool.ci-kit]\ndatabase = "when2meet"\ntimezone = "Asia/Seoul"\n',
            "rows.py": CONNECT,
            "test_env.py": """\
                import datetime, os, time
                from urllib.parse import unquote, urlsplit
                from rows import rows

                def test_zone():
                    assert os.environ["TZ"] == "Asia/Seoul"
                    assert time.strftime("%Z") == "KST"
                    assert rows("SELECT TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW())") == [(540,)]

                def test_database():
                    assert rows("SELECT DATABASE(), @@character_set_database") == [("when2meet", "utf8mb4")]
                    assert os.environ["MYSQL_DB"] == os.environ["MYSQL_DATABASE"] == "when2meet"

                def test_url():
                    url = urlsplit(os.environ["DATABASE_URL"])
                    assert (url.scheme, url.hostname, url.username) == ("mysql", "127.0.0.1", "root")
                    assert unquote(url.password) == os.environ["MYSQL_PASSWORD"]
                    assert url.port == int(os.environ["MYSQL_PORT"])
                    assert url.path == "/when2meet"
                """,
        }
    )
    ci_kit("run", "--mysqld", server, code=0)


def test_another_user_has_the_database_and_those_for_tests(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_user.py": """\
                import pytest
                from mysql.connector.errors import ProgrammingError
                from rows import rows

                def test_rights():
                    assert rows("SELECT CURRENT_USER()")[0][0].startswith("meeting@")
                    rows("CREATE TABLE t (id INT)")
                    rows("CREATE DATABASE test_meeting")
                    with pytest.raises(ProgrammingError):
                        rows("CREATE DATABASE other")
                """,
        }
    )
    ci_kit("run", "--mysqld", server, "--mysql-user", "meeting", "--database", "my_app", code=0)


HOSTILE = "it's \"a\\ `touch pwned` $(touch pwned); -- 비밀번호 🔑\nof two lines"


@pytest.mark.parametrize("password", [HOSTILE, "1234"])
def test_a_hostile_password_works_and_is_shown_nowhere(
    ci_kit: CiKit, project: Project, server: str, password: str
) -> None:
    folder = project(
        {
            "rows.py": CONNECT,
            "test_login.py": """\
                import os
                from rows import rows

                def test_login():
                    assert rows("SELECT 1") == [(1,)]
                    assert os.environ["MYSQL_PASSWORD"] == os.environ["CI_KIT_MYSQL_PASSWORD"]
                """,
        }
    )
    answer = ci_kit("run", "-v", "--mysqld", server, env={"CI_KIT_MYSQL_PASSWORD": password}, code=0)
    if len(password) > 4:
        assert password not in answer.text
    assert not (folder / "pwned").exists()


def test_a_hostile_database_name_works_exactly(ci_kit: CiKit, project: Project, server: str) -> None:
    database = 'it\'s `a` "b" $(touch pwned); -- 데이터베이스 100%_.c'
    folder = project(
        {
            "rows.py": CONNECT,
            "test_name.py": """\
                import os
                from rows import rows

                def test_name():
                    assert rows("SELECT DATABASE()") == [(os.environ["WANTED"],)]
                """,
        }
    )
    ci_kit("run", "--mysqld", server, "--database", database, env={"WANTED": database}, code=0)
    assert not (folder / "pwned").exists()


def test_a_dry_run_prints_it_all_in_order_and_changes_nothing(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    before = _listing(tmp_path)
    answer = ci_kit("run", "--dry-run", "--mysqld", server, env={"MYSQL_PASSWORD": "the-secret-word"}, code=0)
    assert _listing(tmp_path) == before
    assert "the-secret-word" not in answer.text
    assert_in_order(
        answer.stdout,
        [
            "cp -r ",
            "ALTER USER 'root'@'localhost' IDENTIFIED /*!80000 WITH caching_sha2_password */ BY '***'",
            f"{server} --no-defaults",
            "mysql> CREATE DATABASE IF NOT EXISTS `test` CHARACTER SET `utf8mb4`;",
            "-m coverage run -m pytest",
            "-m coverage report -m",
            "kill -KILL",
            "rm -rf ",
        ],
    )


def _listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def test_a_verbose_run_says_what_the_dry_run_printed(ci_kit: CiKit, project: Project, server: str) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    ci_kit("run", "--mysqld", server, code=0)
    dry = ci_kit("run", "--dry-run", "--mysqld", server, code=0).stdout.splitlines()
    real = ci_kit("run", "-v", "--mysqld", server, code=0).stderr.splitlines()
    said = [_without_names(line) for line in real]
    assert [line for line in map(_without_names, dry) if line not in said] == []


def _without_names(line: str) -> str:
    """A line without what differs from run to run: random names, ports and process ids."""
    import re

    return re.sub(r"(mysql-|run-|servers/)[0-9a-f]{8}|\b\d{4,5}\b|-\$!|-\d+(?=  #)", "N", line)


def test_a_port_that_is_taken_is_refused_with_its_source(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    import socket

    project({"test_it.py": "def test_it():\n    pass\n"})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = ci_kit("run", "--mysqld", server, env={"CI_KIT_MYSQL_PORT": port}, code=69)
    assert f"port {port} of 127.0.0.1 is taken" in answer.stderr
    assert "CI_KIT_MYSQL_PORT" in answer.stderr


def test_a_server_that_cannot_boot_shows_the_telling_lines_of_its_log(
    ci_kit: CiKit, project: Project, tmp_path: Path, mysqld: str
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    broken = tmp_path / "mysqld"
    broken.write_text(
        f'#!/bin/sh\n[ "$#" -gt 4 ] || exec {mysqld} "$@"\nexec {mysqld} "$@" --no-such-setting=1\n'
    )
    broken.chmod(0o755)
    answer = ci_kit("run", "--mysqld", broken, code=69)
    assert "no-such-setting" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_damaged_template_is_made_again(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    own = tmp_path / "own-cache"
    environ = {"CI_KIT_CACHE": str(own)}
    ci_kit("run", "--mysqld", server, env=environ, code=0)
    (manifest,) = own.glob("templates/*/manifest.json")
    (manifest.parent / "data" / "ibdata1").write_bytes(b"half")
    ci_kit("run", "--mysqld", server, env=environ, code=0)
    (manifest.parent / "manifest.json").unlink()
    ci_kit("run", "--mysqld", server, env=environ, code=0)
    assert not list(own.glob("servers/*"))


def test_a_server_that_is_up_stays_between_commands(ci_kit: CiKit, project: Project, server: str) -> None:
    project({"rows.py": CONNECT})
    up = ci_kit("mysql", "up", "--mysqld", server, "--database", "kept", code=0)
    try:
        assert "127.0.0.1:" in up.stderr
        again = ci_kit("mysql", "up", "--mysqld", server, code=0)
        assert "is up already" in again.stderr
        exports = ci_kit("mysql", "env", code=0).stdout
        script = f'{exports}\nexec "$0" -c "from rows import rows; print(rows(\'SELECT DATABASE()\'))"'
        done = subprocess.run(
            ["sh", "-c", script, ci_kit.environ["CI_KIT_PYTHON"]],
            cwd=ci_kit.cwd,
            env=ci_kit.environ,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == "[('kept',)]"
        assert '"database": "kept"' in ci_kit("mysql", "status", "--json", code=0).stdout
    finally:
        ci_kit("mysql", "down", code=0)
    assert "no server is up" in ci_kit("mysql", "env", code=69).stderr
    assert "no server is up" in ci_kit("mysql", "down", code=0).stderr


def test_an_up_server_gets_another_database_and_refuses_other_settings(
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
        assert "is up with another mysql-password" in other.stderr
        assert "another-one" not in other.text
        assert "ci-kit mysql down" in ci_kit("mysql", "up", "--timezone", "UTC", code=64).stderr
    finally:
        ci_kit("mysql", "down", code=0)


def test_two_ups_at_once_start_one_server(ci_kit: CiKit, project: Project, server: str) -> None:
    project({})
    before = private_servers()
    calls = [ci_kit.start("mysql", "up", "--mysqld", server) for _ in range(2)]
    try:
        for call in calls:
            stdout, stderr = call.communicate(timeout=120)
            assert call.returncode == 0, stdout + stderr
        assert len([one for one in private_servers() - before if one.isdigit()]) == 1
    finally:
        ci_kit("mysql", "down", code=0)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--charset", "nope"], "knows no charset 'nope'"),
        (["--collation", "latin1_swedish_ci"], "the collation 'latin1_swedish_ci'"),
        (["--database", "mysql"], "is the server's own"),
    ],
)
def test_a_wrong_database_setting_is_named(
    ci_kit: CiKit, project: Project, server: str, flags: list[str], said: str
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    answer = ci_kit("run", "--mysqld", server, *flags, code=64)
    assert said in answer.stderr


def test_a_cache_folder_that_cannot_be_written_is_named(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project({"test_it.py": "def test_it():\n    pass\n", "file": ""})
    answer = ci_kit("run", "--mysqld", server, env={"CI_KIT_CACHE": str(folder / "file" / "below")}, code=69)
    assert f"{folder}/file/below" in answer.stderr
    assert "CI_KIT_CACHE" in answer.stderr


def test_an_external_server_is_used_and_not_changed(ci_kit: CiKit, project: Project, server: str) -> None:
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
        import json

        variables = json.loads(status)
        flags = ["--mysql", "external", "--mysql-port", variables["MYSQL_PORT"], "--database", "beside"]
        login = {name: variables[name] for name in ("MYSQL_HOST", "MYSQL_PASSWORD")}
        absent = ci_kit("run", *flags, env=login, code=69)
        assert "has no database 'beside'" in absent.stderr
        assert "--create-database" in absent.stderr
        ci_kit("run", *flags, "--create-database", env=login, code=0)
        ci_kit("run", *flags, env=login, code=0)
        started = time.monotonic()
        wrong = ci_kit("run", *flags, env=login | {"MYSQL_PASSWORD": "not-it-at-all"}, code=69)
        assert time.monotonic() - started < 30, "a refused login is final: no waiting for the timeout of 60 s"
        assert "cannot log in as root@127.0.0.1" in wrong.stderr
        assert "not-it-at-all" not in wrong.text
    finally:
        ci_kit("mysql", "down", code=0)


def test_the_password_is_in_no_process_list(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project(WAITING)
    secret = "the-secret-word"
    child = ci_kit.start("run", "-v", "--mysqld", server, env={"MYSQL_PASSWORD": secret})
    seen = set()
    while not (folder / "started").exists():
        assert child.poll() is None
        seen |= _command_lines_with(secret.encode())
    seen |= _command_lines_with(secret.encode())
    answer = interrupt(child)
    assert seen == set()
    assert secret not in answer.text


def _command_lines_with(text: bytes) -> set[bytes]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if text in line:
            found.add(line)
    return found
