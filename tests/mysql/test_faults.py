"""What goes wrong around a run, on real servers: each ends in one error, and nothing is left."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.conftest import CiKit, interrupt, private_servers, wait_for
from tests.mysql.conftest import CONNECT, WAITING, Project
from tests.support.unavailable import Unavailable, skip_or_fail

pytestmark = pytest.mark.usefixtures("nothing_left")


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
    child = ci_kit.start("run", "--mysqld", server)
    while not private_servers(ci_kit.servers):
        assert child.poll() is None
    answer = interrupt(child)
    assert answer.code == 130, answer.text


def test_what_a_killed_run_left_is_cleaned_up_by_the_next(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(WAITING)
    child = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", child)
    child.kill()
    # The test holds the pipes open, and would run on.
    os.kill(int((folder / "started").read_text()), signal.SIGKILL)
    child.communicate()
    assert private_servers(ci_kit.servers)
    (folder / "test_waiting.py").unlink()
    ci_kit("run", "--mysqld", server, code=0)
    assert private_servers(ci_kit.servers) == set()


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
    child = ci_kit.start("run", "--mysqld", server)
    wait_for(folder / "started", child)
    for one in private_servers(ci_kit.servers):
        if one.isdigit() and int(one) != child.pid:
            os.kill(int(one), signal.SIGKILL)
    (folder / "started").unlink()
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 1, stdout + stderr


def test_a_port_that_is_taken_is_refused_with_its_source(
    ci_kit: CiKit, project: Project, server: str
) -> None:
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


def test_a_cache_folder_that_cannot_be_written_is_named(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project({"test_it.py": "def test_it():\n    pass\n", "file": ""})
    answer = ci_kit("run", "--mysqld", server, env={"CI_KIT_CACHE": str(folder / "file" / "below")}, code=69)
    assert f"{folder}/file/below" in answer.stderr
    assert "CI_KIT_CACHE" in answer.stderr


def test_without_a_server_the_error_says_what_to_install(ci_kit: CiKit, project: Project) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    # The machine as it would be without one: every server program hidden, in a mount namespace.
    programs = [path for path in map(Path, _server_programs()) if path.exists()]
    hide = "\n".join(f"mount --bind /dev/null {path}" for path in programs)
    script = f'{hide}\nexec "$@"'
    if subprocess.run(["unshare", "--map-root-user", "--mount", "true"], check=False).returncode:
        skip_or_fail(Unavailable("no user namespaces here, by which the server could be hidden"))
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-ec", script, "sh", *ci_kit.argv("run")],
        cwd=ci_kit.cwd,
        env=ci_kit.environ,
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
