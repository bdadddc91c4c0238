"""A run on the server that `ci-kit mysql up` has left running, with mysql = kept."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.mysql.choice import Choice
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.client.version import parse_version
from ci_kit.mysql.kept import KeptServer, require_server
from ci_kit.mysql.opening import StartingServer, open_server, server_cleanup
from ci_kit.mysql.reuse import reuse
from ci_kit.settings.settings import Settings


def open_for_run(settings: Settings, runner: Runner, cleanup: ExitStack) -> StartingServer:
    """Begin to start a server of a run, or take the one that was kept for the project.

    ``cleanup`` ends a server that was started. Raises CiKitError.
    """
    return _take(settings, runner) if settings.mysql == "kept" else open_server(settings, runner, cleanup)


def _take(settings: Settings, runner: Runner) -> StartingServer:
    if settings.server_per_worker:
        raise UsageError(
            "workers does not work with mysql = kept",
            why=f"workers came from {settings.source('workers')}, and only one server was kept",
            todo="set one-server, so that each worker has a database there, or remove one of the two",
        )
    with runner.host.locked(runner.host.cache_root() / "up.lock"):
        found = reuse(settings, runner, require_server(settings, runner))
    # The database and the names of the variables may be those of the start.
    used = replace(settings, database=found.database, login_variables=found.login_variables)
    choice = Choice(found.record.kind, "kept by `ci-kit mysql up`")
    return StartingServer(runner.host, used, choice, _Kept(runner, found), was_kept=True)


@dataclass(frozen=True)
class _Kept:
    """A kept server, which is up already. It outlives the run, so the run neither keeps nor ends it."""

    runner: Runner
    found: KeptServer

    def ready(self) -> _Kept:
        return self

    @property
    def access(self) -> Access:
        return replace(self.found.access, version=parse_version(self.found.record.version))

    def lost(self) -> UnavailableError | None:
        if server_cleanup(self.runner.host).is_up(self.found.record):
            return None
        return UnavailableError(
            "the kept server ended during the run",
            why=f"nothing answers at {self.found.record.host}:{self.found.record.port}",
            todo="start it again: `ci-kit mysql up`",
        )

    def keep(self) -> None:
        """Nothing: it is kept already."""
