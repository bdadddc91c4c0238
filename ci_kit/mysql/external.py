"""A server that somebody else runs: used as it is, nothing is reset or created there unasked."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import LoginError, connect, wait_for_login
from ci_kit.mysql.client.server import Ready
from ci_kit.mysql.client.session import Session, open_session
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.prepare.accounts import created_databases, missing_databases, wanted_databases
from ci_kit.mysql.prepare.init_sql import run_init_sql
from ci_kit.mysql.records import cleanup, store
from ci_kit.settings.loading import Settings

_DEFAULT_PORT = 3306
_LOOK = 3.0
_SILENT_WAIT = 1.0


class ExternalServer:
    """Logs in with the credentials given; the database is there, or created if the settings say so."""

    shared = True

    def __init__(self, host: Host, settings: Settings) -> None:
        if not settings.mysql_host:
            raise UsageError(
                "an external server needs a host",
                why=f"mysql is external by {settings.source('mysql')}",
                todo="set mysql-host, or the variable MYSQL_HOST",
            )
        self._host = host
        self._settings = settings
        self._login = Endpoint(
            settings.mysql_host,
            settings.mysql_port or _port(host),
            settings.mysql_user,
            settings.mysql_password,
        )

    def start(self) -> None:
        """Nothing: it runs already."""

    def ready(self) -> Ready:
        seconds = self._settings.boot_timeout
        if not self._host.dry:
            _require_address(self._login, self._settings)
        try:
            wait_for_login(self._host, self._login, seconds=seconds, alive=self._patience())
        except LoginError as error:
            raise UnavailableError(
                f"cannot log in as {self._login}",
                why=error.why if error.refused else f"{error.why}, for {seconds} s",
                todo="look at mysql-user and the password"
                if error.refused
                else "look at mysql-host and mysql-port",
            ) from error
        return Ready(self._login, provide(self._host, self._login, self._settings))

    def _patience(self) -> Callable[[], None]:
        """What is called between the tries: says once that there is a wait, if there is one."""
        limit = self._settings.boot_timeout
        said_at = time.monotonic() + _SILENT_WAIT

        def alive() -> None:
            nonlocal said_at
            if time.monotonic() > said_at:
                said_at = math.inf
                self._host.console.step("mysql", f"waiting for {self._login}, at most {limit} s")

        return alive

    def keep(self) -> None:
        """Nothing: it goes on anyway, and a run writes nobody's password down."""

    def lost(self) -> None:
        """Nobody here knows what became of it."""

    def stop(self) -> None:
        """Nothing: it is not ours to end."""


def provide(host: Host, login: Endpoint, settings: Settings) -> Version | None:
    """See to the databases of a server that takes the login, as far as the settings allow; its version.

    Raises UnavailableError if one is missing that is not to be created.
    """
    with open_session(host, login) as session:
        if settings.create_database:
            with created_databases(session, settings) as new:
                if new:
                    run_init_sql(host, session, login, settings)
        else:
            if not host.dry:
                _require_databases(session, login, settings)
            if settings.init_sql:
                host.console.warning("init-sql is not carried out: nothing was created")
        return session.version()


def remember(host: Host, settings: Settings, ready: Ready) -> None:
    """Write the login down for later commands, in the place of any other server of the project."""
    cleanup.make_way(host, settings.root)
    record = store.record(
        settings,
        ready.login,
        kind="external",
        token=store.project_token("external", settings.root),
        place="",
        version=ready.version,
    )
    store.keep(host, record)


def is_up(host: Host, record: store.Record) -> bool:  # noqa: ARG001
    """Whether it takes the login, at once: a command that only asks does not wait for a server to boot."""
    try:
        connect(record.endpoint, seconds=_LOOK).close()
    except LoginError:
        return False
    return True


def end(host: Host, record: store.Record) -> None:
    """Nothing: it is not ours to end."""


def _require_databases(session: Session, login: Endpoint, settings: Settings) -> None:
    if missing := missing_databases(session, wanted_databases(settings)):
        raise UnavailableError(
            f"the server at {login} has no database {' and no '.join(map(repr, missing))}",
            why="nothing is created on an external server unasked",
            todo="create it, or let ci-kit: --create-database",
        )


def _require_address(login: Endpoint, settings: Settings) -> None:
    """Raise UnavailableError for a host that has none: no server is booting where there is no machine."""
    try:
        socket.getaddrinfo(login.host, login.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnavailableError(
            f"the host {login.host!r} has no address",
            why=f"{getattr(error, 'strerror', None) or error}; it came from {settings.source('mysql-host')}",
            todo="look at mysql-host, and at the network",
        ) from error


def _port(host: Host) -> int:
    """The port beside MYSQL_HOST. A private server must not take it for its own: it may well be in use."""
    text = host.environ.get("MYSQL_PORT") or str(_DEFAULT_PORT)
    if not text.isascii() or not text.isdigit():
        raise UsageError(
            f"{text!r} is no port",
            why="it came from the environment variable MYSQL_PORT",
            todo="set mysql-port",
        )
    return int(text)
