"""A folder for the files of one run, such as the report of its tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from ci_kit.host.files import is_own
from ci_kit.host.machine import Host

_PREFIX = "ci-kit-run-"
_LOCK = "lock"


@contextmanager
def run_folder(host: Host) -> Iterator[Path]:
    """The folder, which is removed at the end. Folders that killed runs left are removed first.

    A folder's lock shows whether its run is still alive. So a folder gets its name only after ci-kit holds
    its lock.
    """
    root = host.temporary_root()
    for found in root.glob(f"{_PREFIX}*"):
        # Another user's link could make ci-kit create a file elsewhere.
        if found.is_dir() and is_own(found):
            with host.locked(found / _LOCK, wait=False) as acquired:
                if acquired:
                    host.remove(found)
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
