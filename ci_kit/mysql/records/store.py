"""What is written down of each server, so that another process can find it and end it.

A record lies in the user's cache folder, readable by its user alone. The process that made the server holds
the record's lock while it lives: a record that is not kept and whose lock is free was left by a process that
was killed, and the next run cleans up after it.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.version import Version
from ci_kit.settings.loading import Settings

KINDS = ("private", "service", "docker", "external")
"""Of servers; the module of each says how one is found and ended."""


def _machine() -> str:
    """Name of the machine, or of the container on it: there the ids of processes mean what they say."""
    with suppress(OSError):
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    return platform.node()


@dataclass(frozen=True)
class Record:
    """A server. ``kept`` means that it is meant to outlive the process that made it.

    ``token`` names it among all of this user's, ``place`` is what its kind finds it by: a private one's
    folder, a container's engine and name, a service's unit. ``replica`` counts the replicas of a project's
    server, whose token is their ``source``, from 1; the server itself is 0. ``started`` tells a service that
    ci-kit started from one that was up before, ``changed`` one that it has stopped or given other settings.
    ``asked`` is what the server was started with, setting by setting, and ``machine`` where it runs: a cache
    folder can be that of several machines or containers.
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
    source: str = ""
    replica: int = 0
    asked: dict[str, str] = field(default_factory=dict)
    machine: str = field(default_factory=_machine)
    started: bool = True
    changed: bool = False
    kept: bool = False

    @property
    def ours(self) -> bool:
        """Whether it is ci-kit's to change and to end; of another, this record is all there is here."""
        return self.kind != "external"

    @property
    def endpoint(self) -> Endpoint:
        """Where the tests log in."""
        socket = Path(self.socket) if self.socket else None
        return Endpoint(self.host, self.port, self.user, self.password, socket)


def record(
    settings: Settings,
    login: Endpoint,
    *,
    kind: str,
    token: str,
    place: str,
    version: Version | None,
    source: str = "",
    replica: int = 0,
) -> Record:
    """The record of a project's server, with the login of its tests."""
    return Record(
        token=token,
        kind=kind,
        project=str(settings.root),
        place=place,
        version=str(version or ""),
        timezone=settings.timezone,
        host=login.host,
        port=login.port,
        user=login.user,
        password=login.password,
        database=settings.database,
        socket=str(login.socket or ""),
        source=source,
        replica=replica,
        asked=asked(settings),
    )


def asked(settings: Settings) -> dict[str, str]:
    """The settings that a server has from its start on, as texts to compare."""
    names = ("mysqld", "mysql_image", "docker_args", "mysql_datadir", "sql_mode", "mysql_settings", "durable")
    return {name.replace("_", "-"): str(getattr(settings, name)) for name in names}


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
    """Every record of this machine that can be read."""
    for path in sorted(_folder(host).glob("*.json")):
        try:
            found = Record(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        if found.machine == _machine() and found.kind in KINDS:
            yield found


def kept_records(host: Host, root: Path) -> list[Record]:
    """What was left for the project in the folder ``root``: its server, then that one's replicas."""
    found = [one for one in records(host) if one.kept and one.project == str(root)]
    return sorted(found, key=lambda one: one.replica)


def _folder(host: Host) -> Path:
    return host.cache_root() / "servers"


def _path(host: Host, token: str) -> Path:
    return _folder(host) / f"{token}.json"
