"""What every kind of server is to a run, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ci_kit.errors import UnavailableError
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.version import Version


@dataclass(frozen=True)
class Ready:
    """A server that is up and prepared: the login of the tests, what the server is, and its replicas."""

    login: Endpoint
    version: Version | None
    replicas: tuple[Endpoint, ...] = ()

    def describe(self, came_from: str) -> str:
        """The server in a line: what it is, where it came from, where it answers."""
        parts = [str(self.version or "a server"), came_from, f"{self.login.host}:{self.login.port}"]
        if self.replicas:
            parts.append(f"{len(self.replicas)} {'replica' if len(self.replicas) == 1 else 'replicas'}")
        return ", ".join(parts)

    def environment(self, database: str) -> dict[str, str]:
        """The variables of the tests: the login, and where the replicas are."""
        found = self.login.environment(database)
        for number, replica in enumerate(self.replicas, 1):
            for suffix in ("", f"_{number}") if number == 1 else (f"_{number}",):
                found[f"MYSQL_REPLICA_HOST{suffix}"] = replica.host
                found[f"MYSQL_REPLICA_PORT{suffix}"] = str(replica.port)
        return found


class Server(Protocol):
    """Where a run's server comes from. ``stop`` follows in any case, also after a failed ``start``."""

    shared: bool
    """Whether it goes on running whatever the run does: it is not the run's own."""

    def start(self) -> None:
        """Begin to start it, and come back while it boots."""

    def ready(self) -> Ready:
        """Wait until it answers, and bring it to what the settings ask for."""

    def keep(self) -> None:
        """Leave it to later processes, with a record by which they find it, unless it is somebody else's."""

    def lost(self) -> UnavailableError | None:
        """Why the server is of no use any more; None if it is."""

    def stop(self) -> None:
        """End what :meth:`start` began and is not kept, and leave nothing of it."""
