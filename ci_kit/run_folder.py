"""A folder for the files of one run, such as the report of its tests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from ci_kit.host.files import is_own
from ci_kit.host.machine import Host

_PREFIX = "ci-kit-run-"
_LOCK = "lock"
_WRITTEN = "written"


@contextmanager
def run_folder(host: Host) -> Iterator[Path]:
    """The folder, which is removed at the end. What killed runs left is removed first.

    A folder's lock shows whether its run is still alive. So a folder gets its name only after ci-kit holds
    its lock.
    """
    remove_left(host)
    token = token_hex(4)
    root = host.temporary_root()
    unnamed, folder = root / f".{_PREFIX}{token}", root / f"{_PREFIX}{token}"
    try:
        host.make_dir(unnamed, mode=0o700)
        with host.locked(unnamed / _LOCK):
            host.move(unnamed, folder)
            yield folder
    finally:
        host.remove(unnamed)
        host.remove(folder)


def remove_left(host: Host) -> None:
    """Remove the folders of killed runs, and the files that these runs wrote elsewhere."""
    for found in host.temporary_root().glob(f"{_PREFIX}*"):
        # Another user's link could make ci-kit create a file elsewhere.
        if found.is_dir() and is_own(found):
            with host.locked(found / _LOCK, wait=False) as acquired:
                if acquired:
                    _remove_left_files(host, found)
                    host.remove(found)


@contextmanager
def file_for_run(host: Host, folder: Path, path: Path, text: str) -> Iterator[bool]:
    """A file outside the run's folder, which only the user can read. It is removed at the end.

    Gives False, and leaves the file alone, if another process has written one there. The run's folder names
    the file first, so that the next run can remove it if this one is killed.
    """
    line = json.dumps([str(path), _digest(text.encode())])
    host.append(folder / _WRITTEN, f"{line}\n", shown="")
    created = True
    try:
        created = host.create(path, text, mode=0o600, shown="")
        yield created
    finally:
        if created:
            host.remove(path)


def _remove_left_files(host: Host, folder: Path) -> None:
    """Remove the files that a killed run wrote elsewhere, if they are still as it wrote them."""
    for path, digest in _written(folder):
        # The folder of the file may be closed to this user by now.
        with suppress(OSError):
            if path.is_file() and not path.is_symlink() and _digest(path.read_bytes()) == digest:
                host.remove(path)


def _written(folder: Path) -> Iterator[tuple[Path, str]]:
    try:
        lines = (folder / _WRITTEN).read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        # A run that is killed may leave a part of a line.
        with suppress(ValueError):
            path, digest = json.loads(line)
            yield Path(path), digest


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
