"""A server in a container of Docker or Podman: the run's own, removed at the end.

The image is the official one of MySQL or MariaDB, or one that behaves as those do: ``MYSQL_ROOT_PASSWORD``
is root's first password, flags after the image go to the server, its port is 3306, and while it is being
set up it has no networking.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack

from ci_kit.errors import CiKitError, UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import LOOPBACK, Endpoint
from ci_kit.mysql.client.login import LoginError, wait_for_login
from ci_kit.mysql.client.server import Ready
from ci_kit.mysql.client.session import open_session
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.config.error_log import KILLED, LOOK_FOR_MEMORY, telling_lines
from ci_kit.mysql.config.rejected_option import wrong_setting
from ci_kit.mysql.config.server_options import as_flags, server_settings
from ci_kit.mysql.container.engine import (
    Container,
    container_log,
    how_it_ended,
    published_port,
    remove_container,
    require_engine,
    require_image,
    run_container,
)
from ci_kit.mysql.prepare.accounts import ROOT, prepare, set_root_passwords
from ci_kit.mysql.prepare.init_sql import Client
from ci_kit.mysql.records import cleanup, store
from ci_kit.mysql.records.store import Record
from ci_kit.settings.loading import Settings

_PORT = 3306
_DATADIR = "/var/lib/mysql"
_PREFIX, _LABEL = "ci-kit-mysql-", "ci-kit"
# The container is asked for after so many polls: a question to the engine costs as much as several logins.
_POLLS_BETWEEN_LOOKS = 25


class DockerServer:
    """Boots in the background from :meth:`start`; :meth:`ready` waits; :meth:`stop` leaves nothing."""

    shared = False

    def __init__(self, host: Host, settings: Settings, password: str) -> None:
        self._host = host
        self._settings = settings
        self._password = password
        # The official entry point puts a quote in it into SQL as it is. This one has none, and is root's
        # only until the first login.
        self._first_password = secrets.token_urlsafe(18)
        host.redactor.add(self._first_password)
        self._token = secrets.token_hex(4)
        self._container: Container | None = None
        self._port = settings.mysql_port
        self._version: Version | None = None
        self._owned = ExitStack()
        self._kept = False
        self._answered = False

    def start(self) -> None:
        host, settings = self._host, self._settings
        _require_no_name(settings)
        flags = as_flags(server_settings(settings, on_disk=settings.durable))
        cleanup.sweep(host)
        engine = require_engine(host)
        with host.console.progress("mysql", f"{settings.mysql_image}, being pulled"):
            image = require_image(host, engine, settings.mysql_image, settings.source("mysql-image"))
        container = Container(engine, f"{_PREFIX}{self._token}")
        self._owned.enter_context(store.hold(host, self._token))
        self._container = container
        store.save(host, self._record())
        run_container(
            host,
            self._command(container, image, flags),
            secrets={"MYSQL_ROOT_PASSWORD": self._first_password},
            source=self._sources(),
        )
        try:
            self._port = self._port or published_port(host, container, _PORT, address=LOOPBACK)
        except UnavailableError:
            # A container that has ended has no port any more.
            self._require_alive()
            raise
        store.save(host, self._record())

    def ready(self) -> Ready:
        root = Endpoint(LOOPBACK, self._port, ROOT, self._password)
        try:
            self._await_login(root.as_user(ROOT, self._first_password))
            self._answered = True
            self._set_password(root)
            self._version = prepare(self._host, root, self._settings, lent=self._client())
        except CiKitError:
            # The server that is gone tells more than the login, or the file of SQL, that broke off.
            self._require_alive()
            raise
        return Ready(root.as_user(self._settings.mysql_user, self._password), self._version)

    def keep(self) -> None:
        cleanup.make_way(self._host, self._settings.root)
        store.keep(self._host, self._record())
        self._kept = True

    def lost(self) -> UnavailableError | None:
        if self._host.dry:
            return None
        try:
            self._require_alive()
        except UnavailableError as error:
            return error
        return None

    def stop(self) -> None:
        with self._host.undisturbed(), self._owned:
            if self._container is None or self._kept:
                return
            try:
                cleanup.end(self._host, self._record())
            except UnavailableError as error:
                # The record stays, so that a later run ends it.
                self._host.console.warning("\n".join(error.lines()))

    def _command(self, container: Container, image: str, flags: list[str]) -> list[str]:
        settings = self._settings
        return [
            container.engine,
            "run",
            "--detach",
            "--pull=never",
            f"--name={container.name}",
            f"--label={_LABEL}",
            # The data is thrown away: there is nothing for the server to put in order.
            "--stop-signal=KILL",
            f"--publish={LOOPBACK}:{self._port or ''}:{_PORT}",
            # Without a value, it is taken from the engine's own environment and stands in no process list.
            "--env=MYSQL_ROOT_PASSWORD",
            f"--env=TZ={settings.timezone}",
            # The zones are filled later, in a fraction of the time.
            "--env=MYSQL_INITDB_SKIP_TZINFO=1",
            "--env=MARIADB_INITDB_SKIP_TZINFO=1",
            *(() if settings.durable else (f"--tmpfs={_DATADIR}",)),
            *settings.docker_args,
            image,
            "--loose_mysqlx=OFF",
            *flags,
        ]

    def _await_login(self, root: Endpoint) -> None:
        seconds = self._settings.boot_timeout
        try:
            wait_for_login(self._host, root, seconds=seconds, alive=self._look_now_and_then())
        except LoginError as error:
            self._require_alive()
            what = "refuses root's first password" if error.refused else f"did not answer in {seconds} s"
            raise self._failed(f"the server {what}", error.why) from error

    def _set_password(self, root: Endpoint) -> None:
        """Give every account of root the wanted password: which there are is the image's choice."""
        with open_session(self._host, root.as_user(ROOT, self._first_password)) as session:
            set_root_passwords(session, root.password)

    def _client(self) -> Client | None:
        """The image's own client program."""
        if self._container is None:
            return None
        script = 'exec "$(command -v mysql || command -v mariadb)" "$@"'
        passing = self._container.command("exec", "--interactive", "--env=MYSQL_PWD")
        return Client(
            (*passing, "sh", "-c", script, "sh"), ("--protocol=TCP", f"--host={LOOPBACK}", f"--port={_PORT}")
        )

    def _look_now_and_then(self) -> Callable[[], None]:
        polls = 0

        def alive() -> None:
            nonlocal polls
            polls += 1
            if polls % _POLLS_BETWEEN_LOOKS == 0:
                self._require_alive()

        return alive

    def _require_alive(self) -> None:
        if self._container and (ended := how_it_ended(self._host, self._container)):
            if not self._answered and (problem := wrong_setting(self._log_text(), self._settings)):
                raise problem
            raise self._failed("the server is gone" if self._answered else "the server did not start", ended)

    def _log_text(self) -> str:
        return container_log(self._host, self._container) if self._container else ""

    def _failed(self, what: str, why: str) -> UnavailableError:
        return UnavailableError(
            what,
            why=f"the container of {self._settings.mysql_image}: {why}; {self._sources()}",
            details=telling_lines(self._log_text()),
            todo=LOOK_FOR_MEMORY
            if KILLED in why
            else "mend what the container's log says above, or choose another mysql-image",
        )

    def _sources(self) -> str:
        """Where that came from which a container can fail by."""
        names = ("mysql-image", "mysql-port", "docker-args", "mysql-settings", "sql-mode")
        given = [
            f"{name} came from {self._settings.source(name)}" for name in names if self._settings.given(name)
        ]
        return ", ".join(given) or "all settings of it are the default ones"

    def _record(self) -> Record:
        return store.record(
            self._settings,
            Endpoint(LOOPBACK, self._port, self._settings.mysql_user, self._password),
            kind="docker",
            token=self._token,
            place=str(self._container),
            version=self._version,
        )


def is_up(host: Host, record: Record) -> bool:
    container = Container.parse(record.place)
    return bool(host.which(container.engine)) and not how_it_ended(host, container)


def end(host: Host, record: Record) -> None:
    """Remove the container. Raises UnavailableError if its engine does not."""
    remove_container(host, Container.parse(record.place))


def _require_no_name(settings: Settings) -> None:
    if any(argument.split("=")[0] == "--name" for argument in settings.docker_args):
        raise UsageError(
            "ci-kit names the server's container itself",
            why=f"--name stands in docker-args, which came from {settings.source('docker-args')}",
            todo="leave it out; `ci-kit mysql status` tells the name",
        )
