"""For each worker, a database of its own on each server of the run: DATABASE_gw0, DATABASE_gw1 and so on.

A file in the user's cache stands for each database that ci-kit has created. Its process holds the lock of the
file. So a later run can drop what a killed one left, and never drops another database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import ROOT, Endpoint
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.session import Session, open_session
from ci_kit.mysql.client.sql import identifier, statement
from ci_kit.mysql.opening import RunningServer
from ci_kit.mysql.prepare.accounts import grant_databases
from ci_kit.mysql.prepare.databases import created_databases, missing_databases
from ci_kit.mysql.prepare.init_sql import run_init_sql
from ci_kit.settings.settings import Settings


class OwnDatabases:
    """The databases of the workers on the ``servers`` of the run; ``cleanup`` drops them."""

    def __init__(self, host: Host, servers: Sequence[RunningServer], cleanup: ExitStack) -> None:
        self._host = host
        self._servers = servers
        self._cleanup = cleanup
        self._made: dict[str, tuple[RunningServer, ...]] = {}
        self._stacks: dict[str, ExitStack] = {}

    def of(self, worker: str) -> Sequence[RunningServer]:
        """The servers, each with the worker's database in place of the run's. Raises CiKitError."""
        if worker not in self._made:
            stack = self._stacks[worker] = self._cleanup.enter_context(ExitStack())
            self._made[worker] = tuple(
                stack.enter_context(_own_database(self._host, server, worker)) for server in self._servers
            )
        return self._made[worker]

    def end(self, worker: str) -> None:
        """Drop the databases of a worker that is gone."""
        self._made.pop(worker, None)
        if stack := self._stacks.pop(worker, None):
            stack.close()

    def lost(self) -> list[UnavailableError]:
        """Nothing: the run reports its own servers."""
        return []


@contextmanager
def _own_database(host: Host, server: RunningServer, worker: str) -> Iterator[RunningServer]:
    """A database on a server, filled by the init SQL, until the context ends."""
    settings = replace(server.settings, database=f"{server.database}_{worker}", extra_databases=())
    root = _root(server)
    mark = _mark(host, root, settings.database)
    left_by_killed_run = mark.exists()
    with host.locked(mark, wait=False) as free:
        if not free:
            raise UnavailableError(
                f"another run uses the database {settings.database}",
                why=f"it is on {root.host}:{root.port}, and one-server gives it to the worker {worker}",
                todo="wait until the other run has ended, or choose another name by the setting database",
            )
        with open_session(host, root) as session:
            try:
                _require_free(session, settings, drop=left_by_killed_run)
            except UsageError:
                # The file stands for a database of ci-kit.
                host.remove(mark)
                raise
        try:
            with open_session(host, root) as session:
                _create(session, root, settings, server)
            yield replace(server, settings=settings)
        finally:
            with host.ignore_interrupts():
                _drop(host, root, settings)
                host.remove(mark)


def _require_free(session: Session, settings: Settings, *, drop: bool) -> None:
    name = settings.database
    if session.dry or missing_databases(session, [name]):
        return
    if not drop:
        raise UsageError(
            f"the database {name} already exists",
            why="one-server gives each worker a database, which ci-kit creates and drops",
            todo=f"drop it (DROP DATABASE {identifier(name)}), or give the setting database another name",
        )
    session.execute(statement(f"DROP DATABASE {identifier(name)}"))


def _create(session: Session, root: Endpoint, settings: Settings, server: RunningServer) -> None:
    with created_databases(session, settings):
        user = server.access.login.user
        if user != root.user and server.lifetime == "run":
            grant_databases(session, user, (settings.database,))
        if settings.init_sql:
            run_init_sql(session, root, settings, client_program(session.host, root))


def _drop(host: Host, root: Endpoint, settings: Settings) -> None:
    try:
        with open_session(host, root) as session:
            session.execute(statement(f"DROP DATABASE IF EXISTS {identifier(settings.database)}"))
    except CiKitError as error:
        # The tests may have ended the server.
        host.console.detail("\n".join(error.lines()))


def _root(server: RunningServer) -> Endpoint:
    """The login that may create databases. Root has the same password as the user of the tests."""
    login = server.access.login
    return login if server.choice.kind == "external" else login.as_user(ROOT, login.password)


def _mark(host: Host, root: Endpoint, database: str) -> Path:
    place = f"{root.host}:{root.port}/{database}"
    return host.cache_root() / "databases" / f"{hashlib.sha256(place.encode()).hexdigest()[:16]}.lock"
