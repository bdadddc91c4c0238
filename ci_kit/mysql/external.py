"""An external server: ci-kit uses it as it is, and creates nothing there unless the settings say so."""

from __future__ import annotations

import math
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import LoginError, connect, wait_for_login
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.client.session import Session, open_session
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.prepare.databases import created_databases, missing_databases, wanted_databases
from ci_kit.mysql.prepare.init_sql import run_init_sql
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record, new_record
from ci_kit.settings.settings import Settings
from ci_kit.settings.variables import names_of

_DEFAULT_PORT = 3306
# In seconds.
_LOOK_TIMEOUT = 3.0
_SILENT_WAIT = 1.0


@dataclass(frozen=True)
class ExternalServer:
    """A server at an address of the settings; nothing starts it here."""

    host: Host
    settings: Settings

    def start(self, cleanup: ExitStack) -> ExternalBooting:  # noqa: ARG002  (nothing is made, so nothing is undone)
        """Check the settings. Raises UsageError."""
        settings = self.settings
        if not settings.mysql_host:
            raise UsageError(
                "an external server needs a host",
                why=f"mysql = external came from {settings.source('mysql')}",
                todo="set mysql-host, or the variable MYSQL_HOST",
            )
        return ExternalBooting(self.host, settings, external_login(settings, self.host))


@dataclass(frozen=True)
class ExternalBooting:
    """An external server that may still be starting."""

    host: Host
    settings: Settings
    login: Endpoint

    def ready(self) -> ExternalReady:
        """Wait until it accepts the login, and check or create its databases."""
        seconds = self.settings.boot_timeout
        if not self.host.dry:
            _require_address(self.login, self.settings)
        try:
            wait_for_login(self.host, self.login, seconds=seconds, before_attempt=self._report_wait())
        except LoginError as error:
            raise UnavailableError(
                f"cannot log in as {self.login}",
                why=error.why if error.refused else f"{error.why}, for {seconds} s",
                todo="check mysql-user and the password"
                if error.refused
                else "check mysql-host and mysql-port",
            ) from error
        version = provide_databases(self.host, self.login, self.settings)
        return ExternalReady(self.host, self.settings, Access(self.login, version))

    def _report_wait(self) -> Callable[[], None]:
        """A function to call before each attempt; after a second, it reports the wait once."""
        limit = self.settings.boot_timeout
        report_at = time.monotonic() + _SILENT_WAIT

        def report() -> None:
            nonlocal report_at
            if time.monotonic() > report_at:
                report_at = math.inf
                self.host.console.step("mysql", f"waiting for {self.login}, at most {limit} s")

        return report


@dataclass(frozen=True)
class ExternalReady:
    """An external server that answers."""

    host: Host
    settings: Settings
    access: Access

    def lost(self) -> None:
        """None: ci-kit does not watch an external server."""

    def keep(self) -> None:
        """Write the login down for later commands."""
        token = store.project_token("external", self.settings.root)
        record = new_record(self.settings, self.access.login, kind="external", token=token, place="")
        store.keep(self.host, replace(record, version=str(self.access.version or "")))


def provide_databases(host: Host, login: Endpoint, settings: Settings) -> Version | None:
    """Create the databases if the settings allow it, or check that they exist; gives the server's version.

    Raises UnavailableError if the server is of another version than the settings ask for, and if a database
    does not exist and ci-kit may not create it.
    """
    with open_session(host, login) as session:
        version = session.version()
        if version and not version.fits(settings.mysql_version):
            raise UnavailableError(
                f"the server at {login} is {version}, not {settings.mysql_version}",
                why=f"mysql-version came from {settings.source('mysql-version')}",
                todo="use another server, or change mysql-version",
            )
        if settings.create_database:
            with created_databases(session, settings) as new:
                if new:
                    run_init_sql(session, login, settings, client_program(host, login))
        else:
            if not host.dry:
                _require_databases(session, login, settings)
            if settings.init_sql:
                host.console.warning("init-sql does not run, because ci-kit did not create the database")
        return version


def owns(record: Record) -> bool:  # noqa: ARG001
    """Any record: ending an external server changes nothing."""
    return True


def is_up(host: Host, record: Record) -> bool:  # noqa: ARG001
    """Whether it accepts the login now. A command that only asks does not wait for a server to boot."""
    try:
        connect(record.login, seconds=_LOOK_TIMEOUT).close()
    except LoginError:
        return False
    return True


def end(host: Host, record: Record) -> None:
    """Nothing: ci-kit did not start it."""


def _require_databases(session: Session, login: Endpoint, settings: Settings) -> None:
    if missing := missing_databases(session, wanted_databases(settings)):
        raise UnavailableError(
            f"the server at {login} has no database {' and no '.join(map(repr, missing))}",
            why="ci-kit creates databases on an external server only if create-database is set",
            todo="create it, or let ci-kit do it: --create-database",
        )


def _require_address(login: Endpoint, settings: Settings) -> None:
    """Raise UnavailableError at once for a host without an address: it does not get one by waiting."""
    try:
        socket.getaddrinfo(login.host, login.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnavailableError(
            f"the host {login.host!r} has no address",
            why=f"{getattr(error, 'strerror', None) or error}; it came from {settings.source('mysql-host')}",
            todo="check mysql-host and the network",
        ) from error


def external_login(settings: Settings, host: Host) -> Endpoint:
    """The login of the settings at an external server. Raises UsageError if its port is not a number."""
    port = settings.mysql_port or _port(settings, host)
    return Endpoint(settings.mysql_host, port, settings.mysql_user, settings.mysql_password)


def _port(settings: Settings, host: Host) -> int:
    """The port of a variable that applications read, such as MYSQL_PORT.

    Only an external server reads such a variable: for another server, its port may be in use.
    """
    names = names_of("port", settings.login_variables)
    name = next((name for name in names if host.environ.get(name)), "")
    text = host.environ.get(name, str(_DEFAULT_PORT))
    if not text.isascii() or not text.isdigit():
        raise UsageError(
            f"{text!r} is not a port number",
            why=f"it came from the environment variable {name}",
            todo="correct it, or set mysql-port",
        )
    return int(text)
