"""What is written down of each server, so that another process can find it and end it.

A record lies in the user's cache folder, readable by its user alone. The process that made the server holds
the record's lock while it lives: a record that is not kept and whose lock is free was left by a process that
was killed, and the next run cleans up after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ci_kit.host import Host
from ci_kit.mysql.endpoint import Endpoint


@dataclass(frozen=True)
class Record:
    """A server. ``kept`` means that it is meant to outlive the process that made it.

    ``token`` names it among all of this user's, ``place`` is what its kind finds it by: a private one's
    folder, a container's engine and name, a service's unit. ``replica`` counts the replicas of a project's
    server from 1; the server itself is 0. ``started`` tells a service that ci-kit started from one that was
    up before.
    """

    token: str
    kind: str
    project: str
    place: str
    version: str
    timezone: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    socket: str = ""
    replica: int = 0
    started: bool = True
    kept: bool = False

    @property
    def endpoint(self) -> Endpoint:
        """Where the tests log in."""
        socket = Path(self.socket) if self.socket else None
        return Endpoint(self.host, self.port, self.user, self.password, socket)


def project_token(kind: str, root: Path) -> str:
    """The token of a server of which a project has one, whichever of its processes uses it."""
    return f"{kind}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"


@contextmanager
def hold(host: Host, token: str) -> Iterator[bool]:
    """The lock of the process that owns a server; gives whether it was free. It goes with the record."""
    lock = _folder(host) / f"{token}.lock"
    with host.locked(lock, wait=False) as free:
        yield free
        if free and lock.exists() and not _path(host, token).exists():
            host.remove(lock)


def save(host: Host, record: Record) -> None:
    host.make_dir(_folder(host), mode=0o700)
    host.write(_path(host, record.token), json.dumps(asdict(record)), mode=0o600, shown="")


def keep(host: Host, record: Record) -> None:
    """Let the server outlive this process."""
    save(host, replace(record, kept=True))


def log(host: Host, token: str) -> Path:
    """A file for what starts the server to write to; it goes with the record."""
    return _folder(host) / f"{token}.log"


def forget(host: Host, token: str) -> None:
    for path in (_path(host, token), log(host, token), _folder(host) / f"{token}.lock"):
        host.remove(path)


def records(host: Host) -> Iterator[Record]:
    """Every record that can be read."""
    for path in sorted(_folder(host).glob("*.json")):
        try:
            yield Record(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue


def kept_records(host: Host, root: Path) -> list[Record]:
    """What was left running for the project in the folder ``root``: its server, then that one's replicas."""
    found = [record for record in records(host) if record.kept and record.project == str(root)]
    return sorted(found, key=lambda record: record.replica)


def _folder(host: Host) -> Path:
    return host.cache_root() / "servers"


def _path(host: Host, token: str) -> Path:
    return _folder(host) / f"{token}.json"
