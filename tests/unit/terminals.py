"""Programs on a terminal: what the user types reaches them, and what they show can be read."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import IO

from ci_kit.columns import COLOUR
from tests.support.waiting import LIMIT, kill, wait_until

# A session leader takes the terminal as its own, so that Ctrl-C reaches the program.
_WITH_TERMINAL = """\
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
_ERASE = "\r\x1b[2K"


@dataclass
class Terminal:
    """A terminal with a program on it. ``written`` is what the program has written until now."""

    child: subprocess.Popen[bytes]
    keyboard: IO[bytes]
    _read: bytearray = field(default_factory=bytearray)

    @property
    def written(self) -> str:
        return self._read.decode("utf-8", "replace").replace("\r\n", "\n")

    @property
    def screen(self) -> list[str]:
        """The lines that the terminal shows, without colours. Only whole lines may be erased."""
        return [COLOUR.sub("", line).rpartition(_ERASE)[2] for line in self.written.split("\n")]

    def type(self, keys: bytes) -> None:
        self.keyboard.write(keys)

    def wait_for(self, shown: Callable[[str], object], what: str) -> None:
        wait_until(lambda: shown(self.written) or self.child.poll() is not None, what)
        assert shown(self.written), self.written

    def end(self) -> int:
        """Wait for the end of the program; gives its exit code."""
        code = self.child.wait(LIMIT)
        self._reader.join(LIMIT)
        return code

    def read_all(self) -> None:
        self._reader = Thread(target=self._read_on, daemon=True)
        self._reader.start()

    def _read_on(self) -> None:
        # Linux gives EIO when the last process has closed the terminal.
        with suppress(OSError):
            while data := os.read(self.keyboard.fileno(), 1 << 16):
                self._read += data


@contextmanager
def on_terminal(*words: str, env: Mapping[str, str], columns: int = 100) -> Iterator[Terminal]:
    """Run a program on a terminal of its own."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environ = {name: value for name, value in os.environ.items() if name not in ("CI", "COLUMNS")}
    child = subprocess.Popen(
        [sys.executable, "-c", _WITH_TERMINAL, *words],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**environ, "TERM": "xterm-256color", **env},
        start_new_session=True,
    )
    os.close(slave)
    with os.fdopen(master, "r+b", buffering=0) as keyboard:
        terminal = Terminal(child, keyboard)
        terminal.read_all()
        try:
            yield terminal
        finally:
            kill(child)
