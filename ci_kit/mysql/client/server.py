"""What every kind of server offers to a run. The types keep the order: start it, wait for it, keep it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from ci_kit.errors import UnavailableError
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.version import Version


@dataclass(frozen=True)
class Access:
    """How the tests reach a server: their login, the server's version, and its read replicas."""

    login: Endpoint
    version: Version | None
    replicas: tuple[Endpoint, ...] = ()

    def describe(self, came_from: str) -> str:
        """The server in one line: what it is, why this one was chosen, its address."""
        parts = [str(self.version or "a server"), came_from, f"{self.login.host}:{self.login.port}"]
        if self.replicas:
            parts.append(f"{len(self.replicas)} {'replica' if len(self.replicas) == 1 else 'replicas'}")
        return ", ".join(parts)

    def environment(self, database: str) -> dict[str, str]:
        """The variables of the tests: the login, and the addresses of the replicas."""
        found = self.login.environment(database)
        for number, replica in enumerate(self.replicas, 1):
            for suffix in ("", f"_{number}") if number == 1 else (f"_{number}",):
                found[f"MYSQL_REPLICA_HOST{suffix}"] = replica.host
                found[f"MYSQL_REPLICA_PORT{suffix}"] = str(replica.port)
        return found


class Server(Protocol):
    """A server that has not been started yet."""

    def start(self, cleanup: ExitStack) -> Booting:
        """Begin to start it, and return while it boots.

        Each step that makes something puts on ``cleanup`` what removes it again, so that a start that fails
        or is interrupted leaves nothing.
        """


class Booting(Protocol):
    """A server that is starting."""

    def ready(self) -> Ready:
        """Wait until it answers, and prepare it as the settings ask."""


class Ready(Protocol):
    """A server that answers and is prepared for the tests."""

    @property
    def access(self) -> Access: ...

    def lost(self) -> UnavailableError | None:
        """Why the server can no longer be used; None if it can."""

    def keep(self) -> None:
        """Let it run on after this process, and write a record by which later commands find it."""
