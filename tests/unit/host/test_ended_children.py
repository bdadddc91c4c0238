"""A run that is interrupted or terminated leaves no process of its own behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest

# What a signal does to the test is not timed: a bound only keeps a failure from hanging.
BOUND = 20

PARENT = """\
import signal, sys
import ci_kit.cli.exits, ci_kit.host.machine, ci_kit.host.processes
ci_kit.host.processes._INTERRUPT_GRACE = ci_kit.host.processes._TERMINATE_GRACE = float(sys.argv[1])
signal.signal(signal.SIGTERM, ci_kit.cli.exits.terminate)
try:
    ci_kit.host.machine.Host().stream([sys.executable, *sys.argv[2:]])
except BaseException as error:
    print(type(error).__name__)
"""

CHILD = """\
import signal, subprocess, sys
for name in sys.argv[1].split():
    signal.signal(signal.Signals[name], signal.SIG_IGN)
subprocess.Popen([sys.executable, *sys.argv[2:]]).wait()
"""

# It holds the FIFO open while it lives.
GRANDCHILD = """\
import os, signal, sys
for name in sys.argv[1].split():
    signal.signal(signal.Signals[name], signal.SIG_IGN)
fifo = open(sys.argv[2], "w")
print(os.getpid(), file=fifo, flush=True)
signal.pause()
signal.pause()
"""


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, "KeyboardInterrupt"), (signal.SIGTERM, "TerminatedError")]
)
@pytest.mark.parametrize(
    ("child_ignores", "grandchild_ignores"),
    [("", ""), ("", "SIGINT SIGTERM"), ("SIGINT SIGTERM", "SIGINT SIGTERM")],
    ids=["nothing is ignored", "the grandchild ignores it", "both ignore it"],
)
def test_a_signal_ends_the_command_and_all_it_started(
    number: signal.Signals, error: str, child_ignores: str, grandchild_ignores: str, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    grace = "0.1" if child_ignores else "10"
    words = ["-c", CHILD, child_ignores, "-c", GRANDCHILD, grandchild_ignores, str(fifo)]
    said = tmp_path / "said"
    with said.open("w") as output:
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, grace, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    with fifo.open() as reader:
        grandchild = int(reader.readline())
        try:
            parent.send_signal(number)
            parent.wait(BOUND)
            assert said.read_text() == f"{error}\n"
            assert ended(reader, 1), "the grandchild lives on"
        finally:
            parent.kill()
            parent.wait()
            if not ended(reader):
                os.kill(grandchild, signal.SIGKILL)


def ended(reader: TextIO, bound: float = 0) -> bool:
    """Whether nobody has the other end open any more."""
    readable, _, _ = select.select([reader], [], [], bound)
    return bool(readable)
