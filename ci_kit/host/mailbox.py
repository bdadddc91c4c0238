"""A named pipe: other processes send lines to this one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_END = "\n"


class Mailbox:
    """A named pipe at a path, which only this user can open."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path, 0o600)
        # For reading and writing, so that a reader waits for the next writer.
        self._pipe = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def lines(self) -> Iterator[str]:
        """The lines as they come, until :meth:`end` is called; an empty line is not possible."""
        with open(self._pipe, encoding="utf-8", closefd=False) as file:
            for line in file:
                if line == _END:
                    return
                yield line.rstrip(_END)

    def end(self) -> None:
        """End the reading, after the lines that came before."""
        os.write(self._pipe, _END.encode())

    def close(self) -> None:
        os.close(self._pipe)
