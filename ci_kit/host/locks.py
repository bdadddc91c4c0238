"""Lock files: they keep the processes of one machine from doing the same work at the same time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from ci_kit.errors import UnavailableError

_OPEN_TRIES = 100


@contextmanager
def hold_lock(path: Path, *, wait: bool) -> Iterator[bool]:
    """Hold a lock file until the context ends; gives whether the lock is held.

    Without ``wait``, gives False if another process holds it. Raises UnavailableError if ci-kit cannot write
    the file.
    """
    while True:
        with _opened(path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                yield False
                return
            # The process that held the lock may have removed its file: a newer file is another lock.
            if _is_at(file, path):
                yield True
                return


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock at this moment."""
    with suppress(FileNotFoundError), path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _opened(path: Path) -> TextIO:
    try:
        for _ in range(_OPEN_TRIES):
            # Another process may remove the folder at any moment. FileExistsError: within mkdir.
            with suppress(FileNotFoundError, FileExistsError):
                path.parent.mkdir(parents=True, exist_ok=True)
                return path.open("a")
        return path.open("a")
    except OSError as error:
        raise UnavailableError(
            f"cannot write {path}",
            why=f"{error.strerror}: {error.filename}",
            todo="set CI_KIT_CACHE to a folder that you can write to",
        ) from error


def _is_at(file: TextIO, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False
