"""The Unix socket of a private server at a path of the project."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CiKit, assert_in_order, finish, interrupt, private_servers, wait_for
from tests.mysql.conftest import CONNECT, WAITING, Project, wrap_server

pytestmark = pytest.mark.usefixtures("nothing_left")

CONNECTS = {
    "rows.py": CONNECT,
    "test_socket.py": """\
        import os
        from rows import rows

        def test_socket():
            place = os.environ["MYSQL_UNIX_PORT"]
            assert place.endswith("/my.sock")
            assert rows("SELECT @@socket", unix_socket=place) == [(place,)]
        """,
}


@pytest.fixture
def place(ci_kit: CiKit) -> Iterator[Path]:
    """A folder for the socket that the server's user can write into, with a short path."""
    folder = ci_kit.servers.with_name(f"{ci_kit.servers.name}-s")
    folder.mkdir()
    folder.chmod(0o777)
    yield folder
    assert [one.name for one in folder.iterdir() if one.name != "file"] == []
    (folder / "file").unlink(missing_ok=True)
    folder.rmdir()


@pytest.mark.parametrize("replicas", ["0", "1"])
def test_the_tests_reach_the_server_at_the_path_of_the_settings(
    ci_kit: CiKit, project: Project, server: str, place: Path, replicas: str
) -> None:
    folder = project(CONNECTS)
    path = os.path.relpath(place / "my.sock", folder)
    flags = ("--mysqld", server, "--mysql-socket", path, "--replicas", replicas)
    ci_kit("run", "--no-coverage", *flags, code=0)


def test_a_server_that_stays_has_its_socket_until_its_end(
    ci_kit: CiKit, project: Project, server: str, place: Path
) -> None:
    project(CONNECTS)
    path = place / "my.sock"
    ci_kit("mysql", "up", "--mysqld", server, "--mysql-socket", path, code=0)
    try:
        assert f"export MYSQL_UNIX_PORT={path}\n" in ci_kit("mysql", "env", code=0).stdout
        refused = ci_kit("run", "--mysqld", server, "--mysql-socket", path, code=69)
        assert_in_order(refused.stderr, [f"another server uses the socket {path}", "--mysql-socket", "down"])
        assert path.is_socket()
        another = ci_kit("mysql", "up", "--mysql-socket", "other.sock", code=64)
        assert "the running server uses a different mysql-socket" in another.stderr
    finally:
        ci_kit("mysql", "down", code=0)


def test_the_next_run_removes_the_socket_of_a_killed_run(
    ci_kit: CiKit, project: Project, server: str, place: Path
) -> None:
    folder = project(WAITING)
    path = place / "my.sock"
    child = ci_kit.start("run", "--mysqld", server, "--mysql-socket", path)
    wait_for(folder / "started", child)
    (folder / "test_waiting.py").unlink()
    os.kill(int((folder / "started").read_text()), signal.SIGKILL)
    child.kill()
    finish(child)
    assert path.is_socket()
    ci_kit("run", "--mysqld", server, code=0)


def test_a_server_that_still_boots_has_its_path(
    ci_kit: CiKit, project: Project, server: str, place: Path, tmp_path: Path
) -> None:
    project(CONNECTS)
    slow = wrap_server(tmp_path / "slow", server, 'touch "$0.boots"\nexec sleep 300')
    flags = ("--mysql-socket", place / "my.sock")
    child = ci_kit.start("run", "--mysqld", slow, *flags)
    wait_for(Path(f"{slow}.boots"), child)
    refused = ci_kit("run", "--mysqld", server, *flags, code=69)
    assert f"another server uses the socket {place / 'my.sock'}" in refused.stderr
    assert interrupt(child).code == 130
    ci_kit("run", "--no-coverage", "--mysqld", server, *flags, code=0)


def test_the_socket_of_another_server_stays(
    ci_kit: CiKit, project: Project, server: str, place: Path
) -> None:
    project(CONNECTS)
    path = place / "my.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        answer = ci_kit("run", "--mysqld", server, "--mysql-socket", path, code=69)
        assert f"another server uses the socket {path}" in answer.stderr
        assert path.is_socket()
    # A socket without a server is what a killed server leaves.
    ci_kit("run", "--no-coverage", "--mysqld", server, "--mysql-socket", path, code=0)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("s" * 100, "bytes, and 107 are allowed"),
        ("missing/my.sock", "no such folder: "),
        ("file", "a file of that name is there, and it is not a socket"),
        ("file/my.sock", "no such folder: "),
    ],
)
def test_a_path_where_no_socket_can_be_is_an_error_before_the_start(
    ci_kit: CiKit, project: Project, server: str, place: Path, name: str, why: str
) -> None:
    project(CONNECTS)
    (place / "file").write_text("mine")
    answer = ci_kit("run", "--mysqld", server, "--mysql-socket", place / name, code=64)
    assert_in_order(
        answer.stderr, [f"the server cannot make the socket {place / name}", why, "--mysql-socket"]
    )
    assert (place / "file").read_text() == "mine"
    assert private_servers(ci_kit.servers) == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a server as another user")
def test_a_folder_that_the_server_cannot_write_into_is_an_error(
    ci_kit: CiKit, project: Project, server: str, place: Path
) -> None:
    project(CONNECTS)
    place.chmod(0o755)
    answer = ci_kit("run", "--mysqld", server, "--mysql-socket", place / "my.sock", code=64)
    assert f"cannot write into {place}" in answer.stderr
