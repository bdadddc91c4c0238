"""The records of servers on the disk, so that another process can find a server and end it.

A record is a file in the user's cache folder that only the user can read. A file that another user could have
written is not a record. The process that made the server
holds the lock of the record while it lives. If a record is neither kept nor locked, its process was killed:
the next run removes that server.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from ci_kit.errors import UnavailableError
from ci_kit.host.files import is_own
from ci_kit.host.machine import Host
from ci_kit.mysql.records.record import Record, this_machine
from ci_kit.settings.option import SERVER_KINDS, ServerKind


def project_token(kind: ServerKind, root: Path) -> str:
    """The token of a kind of server that a project has only once."""
    return f"{kind}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"


@contextmanager
def hold(host: Host, token: str) -> Iterator[bool]:
    """Hold the lock of a server's record; gives False if another process holds it.

    The file of the lock is removed together with the record.
    """
    _make_folder(host)
    lock = _folder(host) / f"{token}.lock"
    with host.locked(lock, wait=False) as free:
        yield free
        if free and lock.exists() and not _path(host, token).exists():
            host.remove(lock)


def save(host: Host, record: Record) -> None:
    _make_folder(host)
    host.write(_path(host, record.token), json.dumps(asdict(record)), mode=0o600, shown="")


def keep(host: Host, record: Record) -> None:
    """Save the record of a server that may outlive this process."""
    save(host, replace(record, kept=True))


def log(host: Host, token: str) -> Path:
    """A file for the output of what starts the server; it is removed together with the record."""
    return _folder(host) / f"{token}.log"


def forget(host: Host, token: str) -> None:
    """Remove a record and the files that belong to it."""
    for path in (_path(host, token), log(host, token), _folder(host) / f"{token}.lock"):
        host.remove(path)


def records(host: Host) -> Iterator[Record]:
    """Every readable record of a server on this machine that this user wrote."""
    for path in sorted(_folder(host).glob("*.json")):
        # Another user's record could make ci-kit end any process and remove any folder.
        if not is_own(path):
            host.console.detail(f"ignored: {path} is not this user's alone")
            continue
        try:
            found = _record(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, AttributeError):
            continue
        # A newer ci-kit may have kinds that this one does not support.
        of_this_machine = found.machine == this_machine() and found.kind in SERVER_KINDS
        if found.well_formed and found.token == path.stem and of_this_machine:
            yield found


def _record(values: Mapping[str, Any]) -> Record:
    """The record in a file, which another release of ci-kit may have written with more or fewer fields."""
    known = {one.name for one in fields(Record)}
    return Record(**{name: value for name, value in values.items() if name in known})


def remove_unused_locks(host: Host) -> None:
    """Remove the locks of processes that were killed before they wrote a record."""
    for lock in _folder(host).glob("*.lock"):
        if not lock.with_suffix(".json").exists():
            # The end of the context removes the file, if no process holds the lock.
            with hold(host, lock.stem):
                pass


def _make_folder(host: Host) -> None:
    if not _folder(host).is_dir():
        host.make_dir(_folder(host), mode=0o700)


def _folder(host: Host) -> Path:
    """The folder of the records. Raises UnavailableError if another user could write one."""
    folder = host.cache_root() / "servers"
    if os.path.lexists(folder) and not is_own(folder):
        raise UnavailableError(
            f"the folder of ci-kit's records is not this user's alone: {folder}",
            why="another user owns it or may write there, or it is a link",
            todo=f"`chmod go-w {shlex.quote(str(folder))}` if it is yours;"
            " otherwise set CI_KIT_CACHE to a folder of your own",
        )
    return folder


def _path(host: Host, token: str) -> Path:
    return _folder(host) / f"{token}.json"
