"""An interrupted or terminated run leaves no child process running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import LIMIT, is_readable, kill, open_fifo

PARENT = """\
import signal, sys
import ci_kit.cli.exits, ci_kit.host.processes
from ci_kit.host.machine import Host
ci_kit.host.processes._INTERRUPT_GRACE = ci_kit.host.processes._TERMINATE_GRACE = float(sys.argv[1])
signal.signal(signal.SIGTERM, ci_kit.cli.exits.terminate)
try:
    Host().stream([sys.executable, *sys.argv[2:]])
except BaseException as error:
    print(type(error).__name__)
"""

CHILD = """\
import signal, subprocess, sys
for name in sys.argv[1].split():
    signal.signal(signal.Signals[name], signal.SIG_IGN)
subprocess.Popen([sys.executable, *sys.argv[2:]]).wait(600)
"""

# It holds the FIFO open while it runs.
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
def test_a_signal_ends_the_command_and_its_children(
    number: signal.Signals, error: str, child_ignores: str, grandchild_ignores: str, tmp_path: Path
) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    grace = "0.1" if child_ignores else "10"
    words = ["-c", CHILD, child_ignores, "-c", GRANDCHILD, grandchild_ignores, str(fifo)]
    output_file = tmp_path / "output"
    with output_file.open("w") as output:
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, grace, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    with open_fifo(fifo) as reader:
        grandchild = int(reader.readline())
        try:
            parent.send_signal(number)
            parent.wait(LIMIT)
            assert output_file.read_text() == f"{error}\n"
            assert is_readable(reader, 1), "the grandchild still runs"
        finally:
            kill(parent)
            if not is_readable(reader, 0):
                os.kill(grandchild, signal.SIGKILL)
