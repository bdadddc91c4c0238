"""What lies on the disk for a private server: its program, its folder, and what is written down of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host import Host
from ci_kit.mysql.private import folder as server_folder
from ci_kit.mysql.private.program import find_server_program
from ci_kit.mysql.records import cleanup, store
from ci_kit.mysql.records.store import Record
from tests.unit.making import make_host, make_settings, said, write

pytestmark = pytest.mark.usefixtures("cache")


def program(path: Path, says: str, code: int = 0) -> Path:
    write(path.parent, {path.name: f"#!/bin/sh\necho '{says}'\nexit {code}\n"})
    path.chmod(0o755)
    return path


def test_the_first_server_program_on_the_path_is_taken(tmp_path: Path) -> None:
    # The folder has digits that are no version.
    mysqld = program(tmp_path / "mysql-5.1/mysqld", "mysqld  Ver 9.7.4 for Linux on x86_64")
    program(tmp_path / "mysql-5.1/mariadbd", "mariadbd  Ver 11.8.3-MariaDB")
    found = find_server_program(make_host({"PATH": str(mysqld.parent)}), make_settings(tmp_path))
    assert found is not None
    assert (found.path, str(found.version)) == (mysqld, "MySQL 9.7.4")


@pytest.mark.parametrize("named", ["mariadbd", "bin/mariadbd", "{root}/bin/mariadbd"])
def test_the_program_that_is_named_is_taken(named: str, tmp_path: Path) -> None:
    path = program(tmp_path / "bin/mariadbd", "mariadbd  Ver 11.8.3-MariaDB for debian")
    host = make_host({"PATH": str(path.parent)})
    found = find_server_program(host, make_settings(tmp_path, mysqld=named.format(root=tmp_path)))
    assert found is not None
    assert (found.path, str(found.version)) == (path, "MariaDB 11.8.3")


@pytest.mark.parametrize("named", ["none-such", "bin", "plain-file"])
def test_what_is_no_program_is_refused_with_its_source(named: str, tmp_path: Path) -> None:
    write(tmp_path, {"plain-file": "", "bin/x": ""})
    with pytest.raises(UsageError) as caught:
        find_server_program(make_host(), make_settings(tmp_path, mysqld=named))
    assert "--mysqld" in caught.value.why


@pytest.mark.parametrize(
    ("says", "code"), [("hello 1.2.3", 0), ("mysqld  Ver 9.7.4 for Linux", 127), ("", 0)]
)
def test_a_program_that_is_no_server_is_refused(says: str, code: int, tmp_path: Path) -> None:
    path = program(tmp_path / "mysqld", says, code)
    with pytest.raises(UnavailableError, match="is no MySQL or MariaDB server"):
        find_server_program(make_host(), make_settings(tmp_path, mysqld=str(path)))


def test_each_server_has_a_folder_of_its_own_that_does_not_exist_yet(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    one, two = (
        server_folder.new_scratch(make_host(), settings),
        server_folder.new_scratch(make_host(), settings),
    )
    assert one.folder != two.folder
    assert not one.folder.exists()
    assert one.folder.name == server_folder.PREFIX + one.token


def test_the_socket_s_path_is_short_enough_also_where_the_temporary_folder_s_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_folder, "_MEMORY", tmp_path / "none")
    settings = make_settings(tmp_path)
    near = server_folder.new_scratch(make_host({"RUNNER_TEMP": "/runner"}), settings)
    assert near.folder.parent == Path("/runner")
    far = server_folder.new_scratch(make_host({"RUNNER_TEMP": f"/{'runner' * 20}"}), settings)
    assert len(os.fsencode(far.socket)) < 104


def test_a_server_s_folder_lies_where_the_settings_say(tmp_path: Path) -> None:
    for named in ("/tmp", os.path.relpath("/tmp", tmp_path)):
        found = server_folder.new_scratch(make_host(), make_settings(tmp_path, mysql_datadir=named))
        assert found.folder.parent == (tmp_path / named).resolve()


@pytest.mark.parametrize("named", ["missing", "file", "d" * 100])
def test_a_datadir_that_cannot_be_is_refused_with_its_source(named: str, tmp_path: Path) -> None:
    write(tmp_path, {"file": "", f"{'d' * 100}/x": ""})
    with pytest.raises(UsageError) as caught:
        server_folder.new_scratch(make_host(), make_settings(tmp_path, mysql_datadir=named))
    assert "--mysql-datadir" in caught.value.why


def record(
    token: str, project: str = "/project", folder: str = "/nowhere", *, kept: bool = False, replica: int = 0
) -> Record:
    return Record(
        token,
        "private",
        project,
        folder,
        "MySQL 9.7.4",
        "Asia/Seoul",
        "127.0.0.1",
        3307,
        "root",
        "hunter2'\n",
        "test",
        replica=replica,
        kept=kept,
    )


def test_a_record_comes_back_as_it_was(cache: Path) -> None:
    host = make_host(verbosity=1)
    store.save(host, record("a"))
    store.keep(host, record("b"))
    assert list(store.records(host)) == [record("a"), record("b", kept=True)]
    assert (cache / "servers/a.json").stat().st_mode & 0o777 == 0o600
    assert (cache / "servers").stat().st_mode & 0o777 == 0o700
    assert "hunter2" not in said(host)
    assert "hunter2" not in repr(record("a"))


def test_a_record_that_cannot_be_read_is_passed_over(cache: Path) -> None:
    host = make_host()
    store.save(host, record("b"))
    write(cache / "servers", {"a.json": "{", "c.json": "[]", "d.json": '{"token": "d"}'})
    assert list(store.records(host)) == [record("b")]


def test_a_record_of_elsewhere_is_left_alone() -> None:
    host = make_host()
    store.save(host, replace(record("a"), machine="another"))
    store.save(host, replace(record("b"), kind="of a later release"))
    assert list(store.records(host)) == []
    cleanup.sweep(host)
    assert {path.name for path in (host.cache_root() / "servers").glob("*.json")} == {"a.json", "b.json"}


def test_the_server_of_a_project_is_the_one_that_was_kept_for_it() -> None:
    host = make_host()
    store.save(host, record("a"))
    store.keep(host, record("b", "/other"))
    assert store.kept_records(host, Path("/project")) == []
    store.keep(host, record("c", replica=1))
    store.keep(host, record("d"))
    assert store.kept_records(host, Path("/project")) == [
        record("d", kept=True),
        record("c", kept=True, replica=1),
    ]


def server(folder: Path) -> subprocess.Popen[bytes]:
    """A process with a datadir in its command line that leads a group, as a server of ci-kit's does."""
    folder.mkdir()
    command = [sys.executable, "-uc", "import signal; print(); signal.pause()", f"--datadir={folder}/data"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout
    # The kernel shows the command line a little after the start; what has printed has it.
    with process.stdout:
        process.stdout.readline()
    return process


def lives(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None


def test_a_sweep_ends_what_a_killed_run_left_and_nothing_else(tmp_path: Path, cache: Path) -> None:
    host: Host = make_host()
    folders = {name: tmp_path / name for name in ("left", "held", "kept")}
    processes = {name: server(folder) for name, folder in folders.items()}
    try:
        for name, folder in folders.items():
            store.save(host, record(name, folder=str(folder), kept=name == "kept"))
        with store.hold(host, "held"):
            cleanup.sweep(host)
            assert processes["left"].wait(20) == -9
            assert lives(processes["held"])
            assert lives(processes["kept"])
            assert {name for name, folder in folders.items() if folder.exists()} == {"held", "kept"}
            assert {item.token for item in store.records(host)} == {"held", "kept"}
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
    assert not list((cache / "servers").glob("left*"))


def test_whoever_reads_a_server_s_log_is_left_alone(tmp_path: Path, cache: Path) -> None:
    host: Host = make_host()
    folder = tmp_path / "left"
    process = server(folder)
    log = folder / "error.log"
    log.touch()
    reader = subprocess.Popen(["tail", "-f", log], start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        store.save(host, record("left", folder=str(folder)))
        cleanup.sweep(host)
        assert process.wait(20) == -9
        assert lives(reader)
    finally:
        for one in (process, reader):
            one.kill()
            one.wait()


def test_the_folder_of_a_kept_server_that_is_gone_is_removed(tmp_path: Path, cache: Path) -> None:
    host: Host = make_host()
    folder = tmp_path / "gone"
    folder.mkdir()
    store.save(host, record("gone", folder=str(folder), kept=True))
    cleanup.sweep(host)
    assert not folder.exists()
    assert not list(store.records(host))


def test_a_sweep_does_not_ask_somebody_else_s_server() -> None:
    host = make_host()
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        theirs.setblocking(False)
        theirs_is = replace(record("theirs"), kind="external", port=theirs.getsockname()[1])
        store.keep(host, theirs_is)
        cleanup.sweep(host)
        with pytest.raises(BlockingIOError):
            theirs.accept()
    assert [item.token for item in store.records(host)] == ["theirs"]


def test_a_dry_sweep_ends_nothing(tmp_path: Path) -> None:
    host = make_host()
    process = server(tmp_path / "left")
    try:
        store.save(host, record("left", folder=str(tmp_path / "left")))
        cleanup.sweep(make_host(dry=True))
        assert lives(process)
        assert (tmp_path / "left").exists()
        assert len(list(store.records(host))) == 1
    finally:
        process.kill()
        process.wait()
