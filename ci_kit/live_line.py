"""The last line of a terminal while a step runs: which step, and for how long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, RLock, Thread
from typing import TextIO

from ci_kit.columns import cut, terminal_columns

_ERASE = "\r\x1b[2K"
# In seconds.
_PERIOD = 0.2


class LiveLine:
    """Shows the step that began last, with its seconds.

    A thread keeps the seconds up to date. Everything else that writes to the terminal hides the line first.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = RLock()
        self._steps: list[tuple[str, float]] = []
        self._hidden = 0
        self._drawn = ""
        self._ended = Event()

    @contextmanager
    def showing(self, text: str) -> Iterator[None]:
        """Show a step until the context ends; within another step, in its place."""
        step = (text, time.monotonic())
        try:
            with self._lock:
                self._steps.append(step)
                self._draw()
                if len(self._steps) == 1:
                    self._ended = Event()
                    Thread(target=self._tick, args=(self._ended,), daemon=True).start()
            yield
        finally:
            with self._lock:
                self._steps.remove(step)
                self._draw()
                if not self._steps:
                    self._ended.set()

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Leave the terminal to others until the context ends."""
        with self._lock:
            self._hidden += 1
            self._draw()
        try:
            yield
        finally:
            with self._lock:
                self._hidden -= 1
                self._draw()

    def _tick(self, ended: Event) -> None:
        while not ended.wait(_PERIOD):
            with self._lock:
                self._draw()

    def _draw(self) -> None:
        text = "" if self._hidden or not self._steps else self._text()
        if text == self._drawn:
            return
        self._stream.write(f"{_ERASE if self._drawn else ''}{text}")
        self._stream.flush()
        self._drawn = text

    def _text(self) -> str:
        text, began = self._steps[-1]
        seconds = int(time.monotonic() - began)
        # A line in the last column could move the cursor to the next line.
        room = terminal_columns(self._stream) - 1
        return cut(f"{text} … {seconds} s" if seconds else f"{text} …", room)
