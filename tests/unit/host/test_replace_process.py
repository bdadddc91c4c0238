"""`Host.exec` in a process of its own, because it replaces the process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ci_kit.host.commands import Command
from tests.unit.support import make_host

PROGRAM = """
import sys
from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
print("before")
try:
    Host().exec(Command(sys.argv[1:], env={"A": "b"}))
except UnavailableError as error:
    print(*error.lines(), sep="\\n")
"""


def execute(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=False
    )


def test_the_program_takes_the_place_of_the_process() -> None:
    done = execute("sh", "-c", "echo $A; exit 7")
    assert (done.stdout, done.returncode) == ("before\nb\n", 7)


def test_a_broken_pipe_ends_the_program() -> None:
    assert execute("sh", "-c", "kill -PIPE $$").returncode < 0


def test_a_program_that_cannot_start_is_an_error() -> None:
    done = execute("no-such-program")
    assert "cannot run no-such-program" in done.stdout
    assert done.returncode == 0


def test_a_dry_run_prints_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    before = os.getpid()
    make_host(dry=True).exec(Command(["sh", "-c", "exit 7"], unshown={"PASSWORD": "secret"}))
    assert (capsys.readouterr().out, os.getpid()) == ("sh -c 'exit 7'\n", before)
