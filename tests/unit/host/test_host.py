"""Effects on the machine, and the same effects in a dry run."""

from __future__ import annotations

import inspect
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ci_kit.host.commands import Command, Completed, Input
from ci_kit.host.machine import Host
from ci_kit.host.processes import Process
from tests.support.waiting import LIMIT, kill
from tests.unit.support import console_text, make_host, snapshot

SECRET = "hunter2hunter2"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files for the effects."""
    made = tmp_path / "a folder"
    (made / "tree").mkdir(parents=True)
    (made / "tree" / "leaf").write_text("leaf\n")
    (made / "file").write_text("before\n")
    return made


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that leads a process group and does not end by itself."""
    child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    yield child
    kill(child)


Effect = Callable[[Host, Path], object]


def start(host: Host, folder: Path) -> None:
    started = host.start(Command(["touch", str(folder / "made")], env={"A": "b"}), log=folder / "log")
    assert host.wait_for_exit(started, seconds=LIMIT) == 0


def use_mailbox(host: Host, path: Path) -> None:
    """Open a named pipe in place of a file; at its end, nothing is there."""
    host.remove(path)
    with host.mailbox(path):
        pass


EFFECTS: dict[str, Effect] = {
    "run": lambda host, folder: host.run(
        Command(
            ["sh", "-c", "cat > made"],
            env={"A": None, "B": "c d"},
            cwd=folder,
            stdin=Input(f"{SECRET}\n", shown="shown"),
        )
    ),
    "stream": lambda host, folder: host.stream(Command(["touch", "it's made"], env={"A": "b"}, cwd=folder)),
    "start": start,
    "write": lambda host, folder: host.write(folder / "file", f"after {SECRET}\n", shown="after ***"),
    "create": lambda host, folder: host.create(
        folder / "new", f"text {SECRET}\n", mode=0o600, shown="text ***"
    ),
    "append": lambda host, folder: host.append(folder / "file", "more\nlines\n"),
    "make_dir": lambda host, folder: host.make_dir(folder / "made" / "deep", mode=0o700, owner=os.getuid()),
    "copy_tree": lambda host, folder: host.copy_tree(folder / "tree", folder / "copy", owner=os.getuid()),
    "remove": lambda host, folder: host.remove(folder / "tree"),
    "move": lambda host, folder: host.move(folder / "tree", folder / "moved"),
    "mailbox": lambda host, folder: use_mailbox(host, folder / "file"),
}
every_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


def test_these_tests_cover_every_effect() -> None:
    acting = {
        name
        for name, method in vars(Host).items()
        if inspect.isfunction(method)
        and not name.startswith("__")
        and "self.act(" in inspect.getsource(method)
    }
    # test_http.py has `send`, and test_replace_process.py has `exec`.
    assert acting == EFFECTS.keys() | {"exec", "kill", "kill_pid", "send"}


@every_effect
def test_a_dry_run_changes_nothing(effect: Effect, folder: Path) -> None:
    before = snapshot(folder)
    effect(make_host(dry=True), folder)
    assert snapshot(folder) == before
    effect(make_host(), folder)
    assert snapshot(folder) != before


@every_effect
def test_a_dry_run_prints_what_a_real_run_reports(
    effect: Effect, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dry = make_host(dry=True)
    effect(dry, folder)
    printed = capfd.readouterr().out
    real = make_host(verbosity=1)
    effect(real, folder)
    assert console_text(real) == printed != ""
    assert SECRET not in printed
    assert console_text(dry) == ""


def test_a_dry_run_prints_a_kill_by_id_and_a_real_run_kills(
    process: subprocess.Popen[bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    make_host(dry=True).kill_pid(process.pid, what="the server")
    assert process.poll() is None
    real = make_host(verbosity=1)
    real.kill_pid(process.pid, what="the server")
    assert console_text(real) == capfd.readouterr().out == f"kill -KILL -{process.pid}  # the server\n"
    assert process.wait(LIMIT) == -9


def test_a_dry_run_prints_a_kill_and_a_real_run_kills(
    process: subprocess.Popen[bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    make_host(dry=True).kill(Process(process), what="the server")
    assert process.poll() is None
    real = make_host(verbosity=1)
    real.kill(Process(process), what="the server")
    assert console_text(real) == capfd.readouterr().out == f"kill -KILL -{process.pid}  # the server\n"
    assert process.returncode == -9


def test_a_dry_run_prints_the_kill_of_a_process_that_it_did_not_start(
    capfd: pytest.CaptureFixture[str],
) -> None:
    make_host(dry=True).kill(Process(), what="the server")
    assert capfd.readouterr().out == "kill -KILL -$!  # the server\n"


def test_effects_are_reported_only_with_verbose(folder: Path) -> None:
    host = make_host(verbosity=0)
    host.remove(folder / "file")
    assert console_text(host) == ""


@pytest.mark.parametrize("dry", [True, False])
def test_a_known_secret_is_masked_in_reports(
    dry: bool, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    host = make_host(dry=dry, verbosity=1)
    host.redactor.add(SECRET)
    host.run(Command(["true", SECRET], env={"MYSQL_PASSWORD": SECRET}, stdin=Input(SECRET)))
    host.append(folder / "file", SECRET)
    text = capfd.readouterr().out + console_text(host)
    assert SECRET not in text
    assert "env MYSQL_PASSWORD=*** true *** <<< ***" in text


def test_a_dry_run_returns_the_result_that_the_caller_assumes() -> None:
    host = make_host(dry=True)
    assert host.run(["false"], assumed=Completed(3, "out")) == Completed(3, "out")
    assert host.stream(["false"]) == 0
    assert host.start(["false"], log=Path("/nonexistent/log")) == Process()
    assert Process().exit_code() is None
    assert host.wait_for_exit(Process()) == 0
