"""Standard output and error: ci-kit goes on if they cannot be written to, and knows where a line ends."""

from __future__ import annotations

import io
import os
import select
import sys
from typing import Any

_STDOUT, _STDERR = 1, 2


class StandardOutput:
    """Standard output, which the programs that ci-kit runs write to as well.

    ``line_is_open`` means that the output of such a program may have ended within a line.
    """

    line_is_open = False
    _result: int | None = None

    def keep_for_result(self) -> None:
        """Send everything but one result to standard error, as long as this process lives."""
        self._result = os.dup(_STDOUT)
        os.dup2(_STDERR, _STDOUT)

    @property
    def awaits_result(self) -> bool:
        """Whether the result is to be printed, and is not yet."""
        return self._result is not None

    def print_result(self, text: str) -> None:
        """Print the result."""
        if self._result is None:
            raise AssertionError("keep_for_result() comes first")
        write_or_drop(self._result, text.encode())
        os.close(self._result)
        self._result = None

    def print_line(self, text: str) -> None:
        """Print one line that begins at the start of a line: the runner ignores a command elsewhere."""
        if self.line_is_open:
            print()
        self.line_is_open = False
        print(text, flush=True)


STDOUT = StandardOutput()
"""The one of this process."""


def ignore_lost_output() -> None:
    """Let no write to standard output or error fail, whatever becomes of them. To be called first of all.

    They may be closed from the start, nothing may read them any more, or their disk may be full.
    """
    for descriptor in (0, _STDOUT, _STDERR):
        _open_if_closed(descriptor)
    sys.stdout = _lossy(_STDOUT, sys.stdout)
    sys.stderr = _lossy(_STDERR, sys.stderr)


def write_or_drop(descriptor: int, data: Any) -> None:
    """Write bytes, and drop what cannot be written."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            # Another program has made it non-blocking.
            select.select([], [descriptor], [])
        except OSError:
            return


class _LossyFile(io.FileIO):
    def write(self, data: Any, /) -> int:
        write_or_drop(self.fileno(), data)
        return memoryview(data).nbytes


def _lossy(descriptor: int, before: Any) -> io.TextIOWrapper:
    """A stream for ``before``, which is None if the descriptor was closed."""
    file = _LossyFile(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(file),
        encoding=before.encoding if before else "utf-8",
        errors="backslashreplace",
        line_buffering=descriptor == _STDERR or file.isatty(),
    )


def _open_if_closed(descriptor: int) -> None:
    """Open /dev/null in place of a closed descriptor. Otherwise, the next file would get its number."""
    try:
        os.fstat(descriptor)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, descriptor)
        if null != descriptor:
            os.close(null)
        os.set_inheritable(descriptor, True)
