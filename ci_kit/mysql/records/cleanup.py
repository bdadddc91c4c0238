"""The end of servers that other processes left: those kept for a project, and those of killed runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record
from ci_kit.settings.option import ServerKind

Lifetime: TypeAlias = Literal["run", "machine", "elsewhere"]
"""How long a server lives.

run: it ends with the run, unless it is kept. machine: it stays up on the machine. elsewhere: ci-kit neither
starts nor ends it.
"""


class Kind(Protocol):
    """What the cleanup asks of a kind of server."""

    @property
    def lifetime(self) -> Lifetime: ...

    def owns(self, record: Record, /) -> bool:
        """Whether the record describes a server that ci-kit can have made."""

    def is_up(self, host: Host, record: Record, /) -> bool:
        """Whether the server of the record is running."""

    def end(self, host: Host, record: Record, /) -> None:
        """End it, and leave nothing of it but its record."""


@dataclass(frozen=True)
class Cleanup:
    """Ends servers by their records; ``kinds`` is the table of the kinds of server."""

    host: Host
    kinds: Mapping[ServerKind, Kind]

    def records(self) -> list[Record]:
        """The records of servers that ci-kit made. Nothing else is ended or removed."""
        return [one for one in store.records(self.host) if self.kinds[one.kind].owns(one)]

    def kept(self, root: Path | None, name: str | None = None) -> list[Record]:
        """The kept servers of the project in ``root``, or of all projects; replicas follow their source.

        ``name`` chooses one of the project's servers.
        """
        found = [
            one
            for one in self.records()
            if one.kept and (root is None or one.project == str(root)) and name in {None, one.name}
        ]
        return sorted(found, key=lambda one: (one.replica, one.name))

    def is_ours(self, record: Record) -> bool:
        """Whether ci-kit may change and end the server."""
        return self.kinds[record.kind].lifetime != "elsewhere"

    def is_up(self, record: Record) -> bool:
        return self.kinds[record.kind].is_up(self.host, record)

    def end(self, record: Record) -> None:
        """End a server, and leave nothing of it."""
        self.kinds[record.kind].end(self.host, record)
        store.forget(self.host, record.token)

    def end_kept(self, root: Path, name: str) -> None:
        """End the server of this name that was kept for the project in ``root``, its replicas first."""
        for record in reversed(self.kept(root, name)):
            self.end(record)

    def sweep(self) -> None:
        """Remove the servers of processes that were killed, and only those."""
        for record in self.records():
            # A runner ends all processes with the job: of a kept server, only the folder may be left.
            if record.kept and (not self.is_ours(record) or self.is_up(record)):
                continue
            with store.hold(self.host, record.token) as free:
                # Since the look above, the owner may have removed the server, or kept it.
                if free and record in store.records(self.host):
                    self._end_or_report(record)
        store.remove_unused_locks(self.host)

    def _end_or_report(self, record: Record) -> None:
        try:
            self.end(record)
        except UnavailableError as error:
            # A later run tries again. A container engine that is not running now needs no warning.
            changed = self.kinds[record.kind].lifetime == "machine"
            report = self.host.console.warning if changed else self.host.console.detail
            report("\n".join(error.lines()))
