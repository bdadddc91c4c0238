"""What is written down of each server, and the end of those that killed processes left."""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ci_kit.host.machine import Host
from ci_kit.mysql.kinds import KINDS
from ci_kit.mysql.records import store
from ci_kit.mysql.records.cleanup import Cleanup
from ci_kit.mysql.records.record import Record
from tests.support.waiting import kill
from tests.unit.support import console_text, make_host, write

pytestmark = pytest.mark.usefixtures("cache")


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
    assert "hunter2" not in console_text(host)
    assert "hunter2" not in repr(record("a"))


def test_a_record_that_cannot_be_read_is_passed_over(cache: Path) -> None:
    host = make_host()
    store.save(host, record("b"))
    write(cache / "servers", {"a.json": "{", "c.json": "[]", "d.json": '{"token": "d"}'})
    assert list(store.records(host)) == [record("b")]


def test_a_record_of_elsewhere_is_left_alone() -> None:
    host = make_host()
    store.save(host, replace(record("a"), machine="another"))
    store.save(host, replace(record("b"), kind="of a later release"))  # type: ignore[arg-type]
    assert list(store.records(host)) == []
    Cleanup(host, KINDS).sweep()
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
            Cleanup(host, KINDS).sweep()
            assert processes["left"].wait(20) == -9
            assert lives(processes["held"])
            assert lives(processes["kept"])
            assert {name for name, folder in folders.items() if folder.exists()} == {"held", "kept"}
            assert {item.token for item in store.records(host)} == {"held", "kept"}
    finally:
        for process in processes.values():
            kill(process)
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
        Cleanup(host, KINDS).sweep()
        assert process.wait(20) == -9
        assert lives(reader)
    finally:
        for one in (process, reader):
            kill(one)


def test_the_folder_of_a_kept_server_that_is_gone_is_removed(tmp_path: Path, cache: Path) -> None:
    host: Host = make_host()
    folder = tmp_path / "gone"
    folder.mkdir()
    store.save(host, record("gone", folder=str(folder), kept=True))
    Cleanup(host, KINDS).sweep()
    assert not folder.exists()
    assert not list(store.records(host))


def test_a_sweep_does_not_ask_somebody_else_s_server() -> None:
    host = make_host()
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        theirs.setblocking(False)
        theirs_is = replace(record("theirs"), kind="external", port=theirs.getsockname()[1])
        store.keep(host, theirs_is)
        Cleanup(host, KINDS).sweep()
        with pytest.raises(BlockingIOError):
            theirs.accept()
    assert [item.token for item in store.records(host)] == ["theirs"]


def test_a_dry_sweep_ends_nothing(tmp_path: Path) -> None:
    host = make_host()
    process = server(tmp_path / "left")
    try:
        store.save(host, record("left", folder=str(tmp_path / "left")))
        Cleanup(make_host(dry=True), KINDS).sweep()
        assert lives(process)
        assert (tmp_path / "left").exists()
        assert len(list(store.records(host))) == 1
    finally:
        kill(process)
