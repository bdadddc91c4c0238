"""A server that somebody else runs: used as it is, nothing is reset or created there unasked."""

from __future__ import annotations

import socket

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host import Host
from ci_kit.mysql import state
from ci_kit.mysql.admin import created_databases, missing_databases
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.init_sql import run_init_sql
from ci_kit.mysql.login import LoginError, wait_for_login
from ci_kit.mysql.server import Ready
from ci_kit.mysql.session import Session, open_session
from ci_kit.mysql.version import Version
from ci_kit.settings import Settings

_DEFAULT_PORT = 3306


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
        self._version: Version | None = None
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
        self._host.console.step("mysql", f"waiting for {self._login}, at most {seconds} s")
        try:
            wait_for_login(self._host, self._login, seconds=seconds, alive=lambda: None)
        except LoginError as error:
            raise UnavailableError(
                f"cannot log in as {self._login}",
                why=error.why if error.refused else f"{error.why}, for {seconds} s",
                todo="look at mysql-user and the password"
                if error.refused
                else "look at mysql-host and mysql-port",
            ) from error
        with open_session(self._host, self._login) as session:
            if self._settings.create_database:
                with created_databases(session, self._settings) as new:
                    if new:
                        run_init_sql(self._host, session, self._login, self._settings)
            else:
                if not self._host.dry:
                    self._require_database(session)
                if self._settings.init_sql:
                    self._host.console.warning("init-sql is not carried out: nothing was created")
            self._version = session.version()
        return Ready(self._login, self._version)

    def _require_database(self, session: Session) -> None:
        name = self._settings.database
        if missing_databases(session, [name]):
            raise UnavailableError(
                f"the server at {self._login} has no database {name!r}",
                why="nothing is created on an external server unasked",
                todo="create it, or let ci-kit: --create-database",
            )

    def keep(self) -> None:
        record = state.record(
            self._settings,
            self._login,
            kind="external",
            token=state.project_token("external", self._settings.root),
            place="",
            version=self._version,
        )
        state.keep(self._host, record)

    def lost(self) -> None:
        """Nobody here knows what became of it."""

    def stop(self) -> None:
        """Nothing: it is not ours to end."""


def is_up(host: Host, record: state.Record) -> bool:  # noqa: ARG001
    """As far as anybody here knows."""
    return True


def end(host: Host, record: state.Record) -> None:
    """Nothing: it is not ours to end."""


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
