"""Passes the output of a command on: the command never fails because nothing reads its output any more."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Thread
from typing import TypedDict

from ci_kit.streams import STDOUT, write_or_drop

_STDOUT, _STDERR = 1, 2
_BLOCK = 1 << 16
# In seconds. What reads the output may be stuck, and the clean-up of a run must not wait for it.
_LONGEST_REST = 10.0


class ChildOutput(TypedDict, total=False):
    """The output of a child, as options of subprocess.Popen; without one, the child inherits."""

    stdout: int
    stderr: int


@contextmanager
def relayed_output() -> Iterator[ChildOutput]:
    """The options of a child whose output is passed on to this process's; a terminal is left to the child.

    What the child has written by the end of the context is passed on. A process that the child left running
    can no longer write there.
    """
    options = ChildOutput()
    with ExitStack() as relays:
        if os.isatty(_STDOUT):
            STDOUT.line_is_open = True
        else:
            options["stdout"] = relays.enter_context(_relay(_STDOUT))
        # With one pipe for both, their lines stay in order.
        if "stdout" in options and os.path.samestat(os.fstat(_STDOUT), os.fstat(_STDERR)):
            options["stderr"] = options["stdout"]
        elif not os.isatty(_STDERR):
            options["stderr"] = relays.enter_context(_relay(_STDERR))
        yield options


@contextmanager
def _relay(target: int) -> Iterator[int]:
    """The write end of a pipe whose data goes to ``target``."""
    source, sink = os.pipe()
    wake, end = os.pipe()
    thread = Thread(target=_pass_on, args=(source, wake, target), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        os.close(end)
        thread.join(_LONGEST_REST)
        os.close(sink)
        if not thread.is_alive():
            os.close(source)
            os.close(wake)


def _pass_on(source: int, wake: int, target: int) -> None:
    """Pass data on until ``wake`` is closed and no more data is there."""
    while source in select.select([source, wake], [], [])[0]:
        data = os.read(source, _BLOCK)
        if target == _STDOUT:
            STDOUT.line_is_open = not data.endswith(b"\n")
        write_or_drop(target, data)
