"""Background processes, and processes found by an argument."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from ci_kit.host.processes import Process
from tests.support.waiting import LIMIT
from tests.unit.support import make_host


def test_a_background_process_leads_a_session_and_writes_to_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("earlier\n")
    started = make_host().start(["sh", "-c", "ps -o sid= -p $$; echo err >&2; exit 5"], log=log)
    assert started.popen is not None
    assert make_host().wait_for_exit(started, seconds=LIMIT) == 5
    assert started.exit_code() == 5
    assert log.read_text().split() == ["earlier", str(started.popen.pid), "err"]


def test_the_wait_for_a_process_ends_after_its_limit(tmp_path: Path) -> None:
    host = make_host()
    started = host.start(["sleep", "1000"], log=tmp_path / "log")
    assert host.wait_for_exit(started, seconds=0.01) is None
    host.kill(started, what="the process")
    assert started.exit_code() == -9


def test_the_kill_of_a_process_that_has_ended_is_not_an_error() -> None:
    child = subprocess.Popen(["true"], start_new_session=True)
    child.wait(LIMIT)
    make_host().kill_pid(child.pid, what="nothing")
    assert child.returncode == 0


def test_a_process_is_killed_although_an_interrupt_left_the_lock_of_its_wait_taken() -> None:
    command = [sys.executable, "-c", "input()"]
    process = Process(subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True))
    assert process.popen
    # As after an interrupt within poll().
    process.popen._waitpid_lock.acquire()  # type: ignore[attr-defined]
    with process.popen:
        process.kill()
    assert process.popen.returncode == -signal.SIGKILL


def test_processes_are_found_by_the_start_of_an_argument(tmp_path: Path) -> None:
    host = make_host()
    command = [sys.executable, "-uc", "print(); input()", f"--datadir={tmp_path}/data", f"# {tmp_path}"]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        # The kernel shows the command line shortly after the start: a process that printed has it.
        assert child.stdout
        child.stdout.readline()
        assert host.processes_with_argument(f"--datadir={tmp_path}/") == [child.pid]
        # An argument that contains the text elsewhere does not count.
        assert host.processes_with_argument(str(tmp_path)) == []
    finally:
        child.communicate(b"\n", LIMIT)
    assert host.processes_with_argument(f"--datadir={tmp_path}/") == []
