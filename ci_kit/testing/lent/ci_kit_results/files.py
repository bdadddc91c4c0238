"""The two files that the plugin writes.

PYTEST_DONT_REWRITE, as in the package.

The file that the option names has one JSON object on each line: a failure, or the end of the session. Beside
it, FILE.began has the test that began last.

What happens is in the files at once. A session that is killed therefore leaves what happened until then.
"""

from __future__ import annotations

import json
import mmap
import os
from contextlib import suppress

# In bytes.
_BEGAN_SIZE = 4096


class Lines:
    """The file of the events.

    Its functions are those of this moment, because tests replace them (pyfakefs, mock). Each line opens
    the file anew: a test may close every file descriptor.
    """

    def __init__(self, path: str) -> None:
        self._path = os.path.abspath(path)
        self._open, self._write, self._close, self._getpid = os.open, os.write, os.close, os.getpid
        self._flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        # Lone surrogates stay ASCII.
        self._encode = json.JSONEncoder(default=repr).encode
        self._pid = os.getpid()

    def write(self, event: str, **values: object) -> None:
        # A test may fork, and the child may go on with the session.
        if self._getpid() != self._pid:
            return
        line = (self._encode(dict(event=event, **values)) + "\n").encode()
        # Without a complete file, ci-kit fails the run.
        with suppress(OSError):
            file = self._open(self._path, self._flags, 0o600)
            try:
                self._write(file, line)
            finally:
                self._close(file)


class BeganLast:
    """The file with the test that began last, in bytes up to the first zero.

    It is mapped into memory, and each test overwrites the one before. A write takes no system call, survives
    a process that is killed, and works after a test has closed every file descriptor.
    """

    def __init__(self, path: str) -> None:
        self._getpid = os.getpid
        self._pid = os.getpid()
        self._memory: mmap.mmap | None = None
        # Without the file, an error does not name the test.
        with suppress(OSError), open(path, "w+b", buffering=0) as file:
            # A mapping without room on the disk would end the process.
            if file.write(bytes(_BEGAN_SIZE)) == _BEGAN_SIZE:
                self._memory = mmap.mmap(file.fileno(), _BEGAN_SIZE)

    def write(self, node: str) -> None:
        # A test may fork, and the child may go on with the session.
        if self._memory is not None and self._getpid() == self._pid:
            text = node.encode("utf-8", "backslashreplace")[: _BEGAN_SIZE - 1]
            self._memory[: len(text) + 1] = text + b"\0"
