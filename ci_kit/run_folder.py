"""A folder of one run's own, for what its tests report."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from ci_kit.host.machine import Host

_PREFIX = "ci-kit-run-"
_LOCK = "lock"


@contextmanager
def run_folder(host: Host) -> Iterator[Path]:
    """The folder, gone at the end; first those go that runs left which were killed.

    It is told by its lock whether a folder's run still lives. A folder gets its name when its lock is held.
    """
    root = host.temporary_root()
    for left in root.glob(f"{_PREFIX}*"):
        if _is_own(left):
            with host.locked(left / _LOCK, wait=False) as free:
                if free:
                    host.remove(left)
    token = token_hex(4)
    unnamed, folder = root / f".{_PREFIX}{token}", root / f"{_PREFIX}{token}"
    try:
        host.make_dir(unnamed, mode=0o700)
        with host.locked(unnamed / _LOCK):
            host.move(unnamed, folder)
            yield folder
    finally:
        host.remove(unnamed)
        host.remove(folder)


def _is_own(folder: Path) -> bool:
    # Not a link, by which another user could have a file made elsewhere.
    with suppress(FileNotFoundError):
        found = folder.lstat()
        return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return False
