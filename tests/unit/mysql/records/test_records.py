"""What is written down of each server, and the end of those that killed processes left."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.kinds import KINDS
from ci_kit.mysql.records import store
from ci_kit.mysql.records.cleanup import Cleanup
from ci_kit.mysql.records.record import Record
from ci_kit.settings.option import ServerKind
from tests.support.waiting import kill
from tests.unit.support import console_text, make_host, write

pytestmark = pytest.mark.usefixtures("cache")


def record(
    token: str, project: str = "/project", folder: str = "", *, kept: bool = False, replica: int = 0
) -> Record:
    return Record(
        token,
        "private",
        project,
        folder or f"/nowhere/ci-kit-mysql-{token}",
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
    cleanup = Cleanup(host, KINDS)
    assert cleanup.kept(Path("/project")) == []
    store.keep(host, record("c", replica=1))
    store.keep(host, record("d"))
    own = [record("d", kept=True), record("c", kept=True, replica=1)]
    assert cleanup.kept(Path("/project")) == own
    assert cleanup.kept(None) == [record("b", "/other", kept=True), *own]


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
    folders = {name: tmp_path / f"ci-kit-mysql-{name}" for name in ("left", "held", "kept")}
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
    folder = tmp_path / "ci-kit-mysql-left"
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
    folder = tmp_path / "ci-kit-mysql-gone"
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
    process = server(tmp_path / "ci-kit-mysql-left")
    try:
        store.save(host, record("left", folder=str(tmp_path / "ci-kit-mysql-left")))
        Cleanup(make_host(dry=True), KINDS).sweep()
        assert lives(process)
        assert (tmp_path / "ci-kit-mysql-left").exists()
        assert len(list(store.records(host))) == 1
    finally:
        kill(process)


def by_another_user(path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file to another user")
    os.chown(path, 65534, -1)


def writable_for_others(path: Path) -> None:
    path.chmod(path.stat().st_mode | 0o020)


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("plant", [by_another_user, writable_for_others, a_link])
def test_a_record_that_another_user_could_have_written_ends_nothing(
    plant: Callable[[Path], None], tmp_path: Path, cache: Path
) -> None:
    host = make_host()
    folder = tmp_path / "ci-kit-mysql-left"
    process = server(folder)
    try:
        store.save(host, record("left", folder=str(folder)))
        plant(cache / "servers/left.json")
        Cleanup(host, KINDS).sweep()
        assert lives(process)
        assert folder.exists()
        assert Cleanup(host, KINDS).kept(None) == []
    finally:
        kill(process)


@pytest.mark.parametrize("plant", [by_another_user, writable_for_others, a_link])
def test_a_folder_of_records_that_another_user_could_fill_is_an_error(
    plant: Callable[[Path], None], cache: Path
) -> None:
    host = make_host()
    store.save(host, record("left"))
    plant(cache / "servers")
    for use in (Cleanup(host, KINDS).sweep, lambda: store.save(host, record("b"))):
        with pytest.raises(UnavailableError, match="not this user's alone"):
            use()


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077])
def test_the_folder_of_records_is_this_user_s_alone_under_every_umask(umask: int, cache: Path) -> None:
    before = os.umask(umask)
    try:
        with store.hold(make_host(), "a"):
            store.save(make_host(), record("a"))
        assert list(store.records(make_host())) == [record("a")]
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("kind", "token", "place"),
    [
        ("private", "left", "{0}"),
        ("private", "left", "{0}/ci-kit-mysql-other"),
        ("private", "left", "{0}/ci-kit-mysql-left/.."),
        ("private", "left", "ci-kit-mysql-left"),
        ("private", "", "{0}/"),
        ("private", "left", "/"),
        ("docker", "left", "docker other"),
        ("docker", "left", "{0}/engine ci-kit-mysql-left"),
        ("docker", "left", "docker --all ci-kit-mysql-left"),
        ("service", "left", "mysql"),
    ],
)
def test_a_record_whose_place_is_not_of_ci_kit_ends_nothing(
    kind: ServerKind, token: str, place: str, tmp_path: Path, cache: Path
) -> None:
    host = make_host()
    base = tmp_path / "base"
    base.mkdir()
    for name in ("other", "left"):
        (base / f"ci-kit-mysql-{name}").mkdir()
    write(base, {"engine": f"#!/bin/sh\ntouch {base}/started\n"})
    (base / "engine").chmod(0o755)
    before = sorted(base.iterdir())
    for kept in (True, False):
        store.save(host, replace(record(token, kept=kept), kind=kind, place=place.format(base)))
        assert Cleanup(host, KINDS).records() == []
        Cleanup(host, KINDS).sweep()
    assert sorted(base.iterdir()) == before


def test_a_record_is_found_only_in_the_file_of_its_token(cache: Path) -> None:
    host = make_host()
    store.save(host, record("a"))
    (cache / "servers/b.json").write_bytes((cache / "servers/a.json").read_bytes())
    assert list(store.records(host)) == [record("a")]


@pytest.mark.parametrize("field", ["place", "project", "password"])
def test_a_record_with_a_number_for_a_text_is_passed_over(field: str, cache: Path) -> None:
    host = make_host()
    store.save(host, replace(record("a"), **{field: 5}))  # type: ignore[arg-type]
    assert list(store.records(host)) == []


def test_a_record_of_another_release_is_read_without_what_is_unknown(cache: Path) -> None:
    host = make_host()
    store.save(host, record("a"))
    path = cache / "servers" / "a.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"of another release": {"x": "y"}}))
    assert [found.token for found in store.records(host)] == ["a"]


def test_a_sweep_removes_the_lock_of_a_process_that_wrote_no_record(cache: Path) -> None:
    host = make_host()
    store.save(host, record("kept", kept=True))
    for name in ("killed", "living"):
        (cache / "servers" / f"{name}.lock").touch()
    with store.hold(host, "living"):
        Cleanup(host, KINDS).sweep()
        assert (cache / "servers" / "living.lock").exists()
    assert not (cache / "servers" / "killed.lock").exists()
