"""What every kind of server offers to a run. The types keep the order: start it, wait for it, keep it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ci_kit.errors import UnavailableError
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.version import Version
from ci_kit.settings.database_url import DatabaseUrl
from ci_kit.settings.variables import Field, Variable


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

    def values(self, database: str) -> dict[str, str]:
        """What each variable can hold. What this machine does not reach is empty."""
        login, replica = self.login, self._reader
        plain = DatabaseUrl("mysql", "database")
        return {
            "host": login.host,
            "port": str(login.port),
            "user": login.user,
            "password": login.password,
            "database": database,
            "socket": str(login.socket or ""),
            "url": plain.to(login, database),
            "replica-host": replica.host,
            "replica-port": str(replica.port),
            "replica-url": plain.to(replica, database),
            "tls-ca": login.tls.ca,
            "tls-cert": login.tls.cert,
            "tls-key": login.tls.key,
        }

    def environment(
        self, database: str, variables: Iterable[Variable], *, prefix: str = "MYSQL_"
    ) -> dict[str, str]:
        """The environment of the tests: the given variables, and the addresses of the replicas.

        The names of these addresses begin with ``prefix``; without one, they are left out.
        Without a socket, MYSQL_UNIX_PORT is left out: the client library takes an empty one for a path.
        """
        values = self.values(database)
        urls: dict[Field, Endpoint] = {"url": self.login, "replica-url": self._reader}
        found = {
            one.name: one.url_form.to(urls[one.field], database) if one.form else values[one.field]
            for one in variables
            if self.login.socket or one.name != "MYSQL_UNIX_PORT"
        }
        for number, replica in enumerate(self.replicas if prefix else (), 1):
            for suffix in ("", f"_{number}") if number == 1 else (f"_{number}",):
                found.setdefault(f"{prefix}REPLICA_HOST{suffix}", replica.host)
                found.setdefault(f"{prefix}REPLICA_PORT{suffix}", str(replica.port))
        return found

    @property
    def _reader(self) -> Endpoint:
        # Without replicas, an application that reads from one reads from the server itself.
        return self.replicas[0] if self.replicas else self.login


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


@runtime_checkable
class Repeatable(Protocol):
    """A server, starting or ready, of a kind that a run can start several times with the same data."""

    def another(self) -> Server:
        """A server like this one, not started yet.

        If init SQL fills the database, this one must be ready: the other one begins with a copy of its data.
        """

    def memory(self) -> int:
        """The memory that it takes now, in bytes: its processes, and its data if they are in memory."""


class Ready(Protocol):
    """A server that answers and is prepared for the tests."""

    @property
    def access(self) -> Access: ...

    def lost(self) -> UnavailableError | None:
        """Why the server can no longer be used; None if it can."""

    def keep(self) -> None:
        """Let it run on after this process, and write a record by which later commands find it."""
