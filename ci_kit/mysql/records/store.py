"""The records of servers on the disk, so that another process can find a server and end it.

A record is a file in the user's cache folder that only the user can read. The process that made the server
holds the lock of the record while it lives. If a record is neither kept nor locked, its process was killed:
the next run removes that server.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

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
    lock = _folder(host) / f"{token}.lock"
    with host.locked(lock, wait=False) as free:
        yield free
        if free and lock.exists() and not _path(host, token).exists():
            host.remove(lock)


def save(host: Host, record: Record) -> None:
    host.make_dir(_folder(host), mode=0o700)
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
    """Every readable record of a server on this machine."""
    for path in sorted(_folder(host).glob("*.json")):
        try:
            found = Record(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        # A newer ci-kit may have kinds that this one does not support.
        if found.machine == this_machine() and found.kind in SERVER_KINDS:
            yield found


def kept_records(host: Host, root: Path) -> list[Record]:
    """The kept server of the project in the folder ``root``, followed by its replicas."""
    found = [one for one in records(host) if one.kept and one.project == str(root)]
    return sorted(found, key=lambda one: one.replica)


def _folder(host: Host) -> Path:
    return host.cache_root() / "servers"


def _path(host: Host, token: str) -> Path:
    return _folder(host) / f"{token}.json"
