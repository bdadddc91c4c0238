"""What is written down of each private server, so that another process can end it.

A record lies in the user's cache folder, readable by its user alone. The process that made the server holds
the record's lock while it lives: a record that is not kept and whose lock is free was left by a process that
was killed, and the next run cleans up after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ci_kit.host import Host
from ci_kit.mysql.endpoint import Endpoint


@dataclass(frozen=True)
class Record:
    """A private server. ``kept`` means that it is meant to outlive the process that made it."""

    token: str
    project: str
    folder: str
    version: str
    timezone: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    kept: bool = False

    @property
    def endpoint(self) -> Endpoint:
        """Where the tests log in."""
        return Endpoint(self.host, self.port, self.user, self.password, Path(self.folder, "mysql.sock"))

    def environment(self) -> dict[str, str]:
        """The variables of the tests."""
        return {"TZ": self.timezone, **self.endpoint.environment(self.database)}


def hold(host: Host, token: str) -> AbstractContextManager[bool]:
    """The lock of the process that owns a server."""
    return host.locked(_folder(host) / f"{token}.lock", wait=False)


def save(host: Host, record: Record) -> None:
    host.make_dir(_folder(host), mode=0o700)
    host.write(_path(host, record.token), json.dumps(asdict(record)), mode=0o600, shown="")


def keep(host: Host, record: Record) -> None:
    """Let the server outlive this process."""
    save(host, replace(record, kept=True))


def forget(host: Host, token: str) -> None:
    host.remove(_path(host, token))
    host.remove(_folder(host) / f"{token}.lock")


def records(host: Host) -> Iterator[Record]:
    """Every record that can be read."""
    for path in sorted(_folder(host).glob("*.json")):
        try:
            yield Record(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue


def kept_record(host: Host, root: Path) -> Record | None:
    """The server that was left running for the project in the folder ``root``."""
    return next((record for record in records(host) if record.kept and record.project == str(root)), None)


def sweep(host: Host) -> None:
    """Clean up after processes that were killed, and only after those."""
    for record in list(records(host)):
        # What a runner ended with the job before has left its folder.
        if record.kept and processes(host, Path(record.folder)):
            continue
        with hold(host, record.token) as free:
            # Between the look and the lock, the owner may have ended properly, or let the server go on.
            if free and record in records(host):
                end(host, record)


def end(host: Host, record: Record) -> None:
    """End a server by what is written down of it, and leave nothing of it."""
    end_processes(host, Path(record.folder))
    host.remove(Path(record.folder))
    forget(host, record.token)


def processes(host: Host, folder: Path) -> list[int]:
    """The ids of the server's processes: those with the datadir as an argument, not whoever reads its log."""
    return host.processes_naming(f"--datadir={folder}/")


def end_processes(host: Host, folder: Path) -> None:
    for pid in processes(host, folder):
        host.kill(pid, what="the server")


def _folder(host: Host) -> Path:
    return host.cache_root() / "servers"


def _path(host: Host, token: str) -> Path:
    return _folder(host) / f"{token}.json"
