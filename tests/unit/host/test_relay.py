"""The output of a command, passed on by a process without a terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.waiting import LIMIT

STREAM = """\
import sys
from ci_kit.host.machine import Host
sys.exit(Host().stream(["bash", "-c", sys.argv[1]]))
"""


def relayed(script: str, *, together: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a script of bash by a host in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", STREAM, script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if together else subprocess.PIPE,
        text=True,
        check=False,
        timeout=LIMIT,
    )


def test_both_outputs_and_the_code_are_the_command_s() -> None:
    done = relayed("echo out; echo err >&2; exit 3")
    assert (done.returncode, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_lines_that_go_to_one_place_stay_in_order() -> None:
    done = relayed("for n in {1..500}; do echo $n; echo $n >&2; done", together=True)
    assert done.stdout.split() == [str(n) for n in range(1, 501) for _ in range(2)]


@pytest.mark.parametrize("megabytes", [0, 1, 20])
def test_no_byte_is_lost(megabytes: int) -> None:
    done = relayed(f"head -c {megabytes}M /dev/zero | tr '\\0' x")
    assert len(done.stdout) == megabytes << 20
    assert done.stderr == ""


def test_a_process_that_the_command_leaves_behind_does_not_delay_its_end(tmp_path: Path) -> None:
    # The call fails after a time limit that is shorter than this process's life.
    done = relayed(f"sleep 300 & echo $! > {tmp_path}/pid; echo done")
    with suppress(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
    assert (done.returncode, done.stdout) == (0, "done\n")


def test_the_command_sees_no_terminal() -> None:
    assert relayed("test -t 1 || test -t 2 || echo none").stdout == "none\n"
