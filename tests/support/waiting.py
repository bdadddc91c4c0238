"""Waits in tests: each one has a limit and names what it waits for."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, TypeVar

import pytest

_T = TypeVar("_T")

LIMIT = 120.0
"""In seconds: more than a step takes on a busy machine, so that only a hang exceeds it."""


def wait_until(
    reached: Callable[[], _T],
    what: str,
    *,
    child: subprocess.Popen[str] | None = None,
    seconds: float = LIMIT,
    pause: float = 0.01,
) -> _T:
    """Call ``reached`` until its result is true, and return it.

    Fails after ``seconds``, or if ``child`` ends first. ``what`` completes "waiting for".
    """
    deadline = time.monotonic() + seconds
    while not (result := reached()):
        if child and child.poll() is not None:
            # Without a pipe, there is no output.
            output = "".join(filter(None, child.communicate(timeout=LIMIT)))
            pytest.fail(f"ended with {child.returncode} while the test was waiting for {what}\n{output}")
        if time.monotonic() > deadline:
            pytest.fail(f"{seconds:g} s were not enough: waiting for {what}")
        time.sleep(pause)
    return result


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a process if it still runs, and wait for its end."""
    child.kill()
    child.wait(LIMIT)


@contextmanager
def open_fifo(path: Path) -> Iterator[TextIO]:
    """A FIFO's reading end, once a writer has written to it. Fails after the limit."""
    # An open() that blocks would wait for a writer without a limit.
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(reader, encoding="utf-8") as file:
        assert is_readable(file, LIMIT), f"{LIMIT:g} s were not enough: waiting for a line in {path}"
        os.set_blocking(reader, True)
        yield file


def is_readable(file: TextIO, seconds: float) -> bool:
    """Whether data or the end of the file comes within ``seconds``."""
    readable, _, _ = select.select([file], [], [], seconds)
    return bool(readable)
