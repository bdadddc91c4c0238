"""Signals that end a run: one that waits for a command, and all of them ignored during a clean-up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a run: Ctrl-C, a job that is cancelled, a terminal that is closed."""


@contextmanager
def delay_interrupt() -> Iterator[None]:
    """Delay the first interrupt until the context ends; a second one takes effect at once."""
    delayed: list[tuple[int, FrameType | None]] = []

    def note(number: int, frame: FrameType | None) -> None:
        if delayed:
            handle(number, frame)
        delayed.append((number, frame))

    def handle(number: int, frame: FrameType | None) -> None:
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    before = {number: signal.signal(number, note) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for interrupt in delayed:
        handle(*interrupt)


@contextmanager
def ignore_interrupts() -> Iterator[None]:
    """Ignore interrupts until the context ends, so that a second Ctrl-C does not stop a clean-up.

    Only the main thread gets interrupts, so another thread has nothing to do.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
