"""How pytest's main process asks for the variables of a worker."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import execnet
import pytest

from ci_kit.errors import UnavailableError
from ci_kit.testing.project_side.measuring import await_main_thread
from ci_kit.testing.project_side.workers import Workers
from ci_kit.testing.worker_desk import ForWorker, open_desk
from tests.support.waiting import LIMIT
from tests.unit.support import make_host

SECRET = "correct-horse-battery"

MakeWorker = Callable[[str], execnet.Gateway]


@pytest.fixture
def worker() -> Iterator[MakeWorker]:
    """Starts a process with the name of a worker, as pytest-xdist does."""
    group = execnet.Group(execmodel="main_thread_only")
    yield lambda name: group.makegateway(f"popen//execmodel=main_thread_only//id={name}")
    group.terminate(LIMIT)


def variable(worker: execnet.Gateway, name: str) -> str | None:
    """A variable in the process of a worker."""
    channel = worker.remote_exec(f"import os; channel.send(os.environ.get({name!r}))")
    found: str | None = channel.receive(LIMIT)
    channel.waitclose(LIMIT)
    return found


@dataclass(frozen=True)
class Node:
    """What pytest-xdist reports as gone."""

    gateway: execnet.Gateway


def give(worker: str) -> ForWorker:
    if worker == "gw9":
        raise UnavailableError("no room", why=f"the password is {SECRET}", todo="make room")
    if worker == "gw8":
        raise KeyError(worker)
    return ForWorker({"NAME": worker, "PASSWORD": SECRET})


def plugin(folder: Path) -> Workers:
    return Workers(folder / "workers", "1", await_main_thread)


def test_a_worker_gets_its_variables_at_once_or_on_request(tmp_path: Path, worker: MakeWorker) -> None:
    ended: list[str] = []
    first, later = worker("gw0"), worker("gw5")
    with open_desk(make_host(), tmp_path, ["gw0"], give, ended.append) as desk:
        plugin(tmp_path).pytest_xdist_newgateway(first)
        assert not (tmp_path / "workers" / "gw5.json").exists()
        plugin(tmp_path).pytest_xdist_newgateway(later)
        assert (tmp_path / "workers" / "gw5.json").stat().st_mode & 0o777 == 0o600
    assert (variable(first, "NAME"), variable(later, "NAME")) == ("gw0", "gw5")
    assert variable(first, "PASSWORD") == SECRET
    assert (ended, desk.problems) == ([], [])


def test_what_a_dead_worker_had_ends_and_the_next_one_of_its_name_gets_new_variables(
    tmp_path: Path, worker: MakeWorker
) -> None:
    asked: list[str] = []
    ended: list[str] = []

    def numbered(name: str) -> ForWorker:
        asked.append(name)
        return ForWorker({"NUMBER": str(len(asked))})

    with open_desk(make_host(), tmp_path, ["gw0", "gw1"], numbered, ended.append):
        plugin(tmp_path).pytest_testnodedown(Node(worker("gw1")), None)
        plugin(tmp_path).pytest_testnodedown(Node(dead := worker("gw0")), "Not properly terminated")
        # The requests are answered in order, so the first worker is gone after this one.
        plugin(tmp_path).pytest_xdist_newgateway(worker("gw2"))
        assert ended == ["gw0"]
        plugin(tmp_path).pytest_xdist_newgateway(dead)
    assert variable(dead, "NUMBER") == "4"


@pytest.mark.parametrize(("name", "said"), [("gw9", "no room"), ("gw8", "KeyError")])
def test_an_error_reaches_pytest_and_ci_kit_without_secrets(
    tmp_path: Path, worker: MakeWorker, name: str, said: str
) -> None:
    host = make_host()
    host.redactor.add(SECRET)
    with (
        open_desk(host, tmp_path, [], give, lambda _: None) as desk,
        pytest.raises(pytest.UsageError, match=said) as caught,
    ):
        plugin(tmp_path).pytest_xdist_newgateway(worker(name))
    assert SECRET not in str(caught.value)
    assert said in desk.problems[0].what


def test_a_request_fails_if_ci_kit_was_killed(tmp_path: Path, worker: MakeWorker) -> None:
    (tmp_path / "workers").mkdir()
    os.mkfifo(tmp_path / "workers" / "requests")
    with pytest.raises(OSError, match="No such device"):
        plugin(tmp_path).pytest_xdist_newgateway(worker("gw0"))


def test_a_wait_fails_if_ci_kit_is_killed_meanwhile(tmp_path: Path, worker: MakeWorker) -> None:
    folder = tmp_path / "workers"
    folder.mkdir()
    os.mkfifo(folder / "requests")

    def read_one_and_end() -> None:
        with (folder / "requests").open() as pipe:
            pipe.read(1)

    reader = Thread(target=read_one_and_end)
    reader.start()
    # A reader is there only after both sides have opened the pipe.
    with (folder / "requests").open("w") as pipe, pytest.raises(OSError):  # noqa: PT012
        pipe.flush()
        plugin(tmp_path).pytest_xdist_newgateway(worker("gw0"))
    reader.join()


def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, worker: MakeWorker) -> None:
    (tmp_path / "workers").mkdir()
    (tmp_path / "secret.json").write_text(json.dumps({"variables": {}}))
    with pytest.raises(pytest.UsageError, match="cannot serve"):
        plugin(tmp_path).pytest_xdist_newgateway(worker("../secret"))
