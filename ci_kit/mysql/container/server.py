"""A server in a container of Docker or Podman, made for a run and removed at its end.

The image is the official one of MySQL or MariaDB, or one that behaves in the same way. The variable
``MYSQL_ROOT_PASSWORD`` is the first password of root, flags after the image go to the server, and its port is
3306. While the image sets the server up, the server accepts no TCP connections.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial

from ci_kit.errors import CiKitError, UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import LOOPBACK, ROOT, Endpoint
from ci_kit.mysql.client.login import LoginError, wait_for_login
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.client.session import open_session
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.config.ended import Ended
from ci_kit.mysql.config.error_log import last_errors
from ci_kit.mysql.config.rejected_option import rejected_option
from ci_kit.mysql.config.server_options import as_flags, server_options
from ci_kit.mysql.container.client import PORT, image_client
from ci_kit.mysql.container.engine import (
    ENGINES,
    Container,
    container_log,
    how_it_ended,
    published_port,
    remove_container,
    require_engine,
    require_image,
    run_container,
)
from ci_kit.mysql.prepare.accounts import set_root_passwords
from ci_kit.mysql.prepare.preparation import prepare_server
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record, new_record, own_name
from ci_kit.settings.options import options_for
from ci_kit.settings.settings import Settings

_DATADIR = "/var/lib/mysql"
_LABEL = "ci-kit"
# The logins between two calls of the engine about the container: a call takes as long as several logins.
_LOGINS_BETWEEN_LOOKS = 25


@dataclass(frozen=True)
class DockerServer:
    """A server in a container that does not exist yet."""

    runner: Runner
    settings: Settings
    password: str = field(repr=False)

    @property
    def host(self) -> Host:
        return self.runner.host

    def start(self, cleanup: ExitStack) -> DockerBooting:
        host, settings = self.host, self.settings
        _require_no_name(settings)
        flags = as_flags(server_options(settings, short_binlog=True))
        engine = require_engine(host)
        with host.console.progress("mysql", f"pulling {settings.mysql_image}"):
            image = require_image(host, engine, settings.mysql_image, settings.source("mysql-image"))
        # The official entry point writes the password into SQL without escaping its quotes. This password
        # has no quotes, and root has it only until the first login.
        first_password = secrets.token_urlsafe(18)
        self.runner.hide(first_password)
        token = secrets.token_hex(4)
        instance = Instance(self, token, Container(engine, own_name(token)))
        cleanup.enter_context(store.hold(host, token))
        undo = cleanup.enter_context(ExitStack())
        undo.callback(instance.remove)
        store.save(host, instance.record(settings.mysql_port))
        run_container(
            host,
            instance.command(image, flags),
            secrets={"MYSQL_ROOT_PASSWORD": first_password},
            source=_sources(settings),
        )
        port = settings.mysql_port or instance.published_port()
        store.save(host, instance.record(port))
        root = Endpoint(LOOPBACK, port, ROOT, self.password)
        return DockerBooting(instance, root, first_password, undo)


@dataclass(frozen=True)
class Instance:
    """A server's container: how it is started, how it ended, how it is removed."""

    server: DockerServer
    token: str
    container: Container

    @property
    def host(self) -> Host:
        return self.server.host

    @property
    def settings(self) -> Settings:
        return self.server.settings

    def command(self, image: str, flags: list[str]) -> list[str]:
        settings = self.settings
        return [
            self.container.engine,
            "run",
            "--detach",
            "--pull=never",
            f"--name={self.container.name}",
            f"--label={_LABEL}",
            # The data is thrown away, so the server need not shut down in order.
            "--stop-signal=KILL",
            f"--publish={LOOPBACK}:{settings.mysql_port or ''}:{PORT}",
            # Without a value, the engine takes it from its own environment, and no process list shows it.
            "--env=MYSQL_ROOT_PASSWORD",
            f"--env=TZ={settings.timezone}",
            # ci-kit loads the time zones later, in a fraction of the time.
            "--env=MYSQL_INITDB_SKIP_TZINFO=1",
            "--env=MARIADB_INITDB_SKIP_TZINFO=1",
            *(() if settings.durable else (f"--tmpfs={_DATADIR}",)),
            *settings.docker_args,
            image,
            "--loose_mysqlx=OFF",
            *flags,
        ]

    def published_port(self) -> int:
        """The port on this machine. Raises CiKitError."""
        try:
            return published_port(self.host, self.container, PORT, address=LOOPBACK)
        except UnavailableError:
            # A container that has ended publishes no port.
            self.require_started()
            raise

    def record(self, port: int, version: Version | None = None) -> Record:
        login = Endpoint(LOOPBACK, port, self.settings.mysql_user, self.server.password)
        record = new_record(self.settings, login, kind="docker", token=self.token, place=str(self.container))
        return replace(record, version=str(version or ""))

    def require_started(self) -> None:
        """Raise the error for a server that ended before it answered."""
        if how_it_ended(self.host, self.container):
            raise rejected_option(container_log(self.host, self.container), self.settings) or self.failure(
                "the server did not start"
            )

    def lost(self) -> UnavailableError | None:
        """Why a server that has answered can no longer be used; None if it can."""
        if how_it_ended(self.host, self.container):
            return self.failure("the server is gone")
        return None

    def failure(self, what: str, why: str = "") -> UnavailableError:
        """The error for a server that does not work; without ``why``, the reason is its end."""
        ended = how_it_ended(self.host, self.container)
        reason = f"the container of {self.settings.mysql_image}: {why or (ended and ended.why)}"
        return Ended(
            what,
            f"{reason}; {_sources(self.settings)}",
            last_errors(container_log(self.host, self.container)),
            killed=bool(ended and ended.killed),
        ).error(todo="fix the cause that the container's log above names, or choose another mysql-image")

    def remove(self) -> None:
        """Remove the container and its record. If the engine fails, a later run removes them."""
        with self.host.ignore_interrupts():
            try:
                remove_container(self.host, self.container)
                store.forget(self.host, self.token)
            except UnavailableError as error:
                self.host.console.warning("\n".join(error.lines()))


@dataclass(frozen=True)
class DockerBooting:
    """A container that is starting; ``root`` is the login that root will have."""

    instance: Instance
    root: Endpoint
    first_password: str = field(repr=False)
    undo: ExitStack

    def ready(self) -> DockerReady:
        instance, root = self.instance, self.root
        self._await_login()
        try:
            version = self._prepare()
        except CiKitError:
            # If the server has ended, that is the cause. The failed login or SQL file is only its effect.
            if problem := instance.lost():
                raise problem from None
            raise
        login = root.as_user(instance.settings.mysql_user, root.password)
        return DockerReady(Access(login, version), instance, self.undo)

    @property
    def _first_login(self) -> Endpoint:
        return self.root.as_user(ROOT, self.first_password)

    def _await_login(self) -> None:
        instance = self.instance
        seconds = instance.settings.boot_timeout
        try:
            look = self._require_started_sometimes()
            wait_for_login(instance.host, self._first_login, seconds=seconds, before_attempt=look)
        except LoginError as error:
            instance.require_started()
            refused = "refuses root's first password"
            what = refused if error.refused else f"did not answer in {seconds} s"
            raise instance.failure(f"the server {what}", error.why) from error

    def _prepare(self) -> Version | None:
        host, settings = self.instance.host, self.instance.settings
        with open_session(host, self._first_login) as session:
            # The image decides which accounts of root exist.
            set_root_passwords(session, self.root.password)
        container = self.instance.container
        client = client_program(host, self.root) or image_client(container)
        log = partial(container_log, host, container)
        return prepare_server(host, self.root, settings, client=client, log=log)

    def _require_started_sometimes(self) -> Callable[[], None]:
        """A function to call before each attempt, which asks the engine only at some of the calls."""
        logins = 0

        def require() -> None:
            nonlocal logins
            logins += 1
            if logins % _LOGINS_BETWEEN_LOOKS == 0:
                self.instance.require_started()

        return require


@dataclass(frozen=True)
class DockerReady:
    """A server in a container that answers."""

    access: Access
    instance: Instance
    undo: ExitStack

    def lost(self) -> UnavailableError | None:
        return None if self.instance.host.dry else self.instance.lost()

    def keep(self) -> None:
        store.keep(self.instance.host, self.instance.record(self.access.login.port, self.access.version))
        self.undo.pop_all()


def owns(record: Record) -> bool:
    """Whether the place is a container of ci-kit, in an engine that it supports."""
    container = Container.parse(record.place)
    return container.engine in ENGINES and container.name == own_name(record.token)


def is_up(host: Host, record: Record) -> bool:
    container = Container.parse(record.place)
    return bool(host.which(container.engine)) and how_it_ended(host, container) is None


def end(host: Host, record: Record) -> None:
    """Remove the container. Raises UnavailableError if its engine fails."""
    remove_container(host, Container.parse(record.place))


def _sources(settings: Settings) -> str:
    """Where the settings of a container came from: each of them can be the reason for a failure."""
    names = ["mysql-port", *(option.name for option in options_for("docker") if option.fixed_at_start)]
    given = [f"{name} came from {settings.source(name)}" for name in names if settings.given(name)]
    return ", ".join(given) or "all its settings are the defaults"


def _require_no_name(settings: Settings) -> None:
    if any(argument.split("=")[0] == "--name" for argument in settings.docker_args):
        raise UsageError(
            "ci-kit chooses the name of the container",
            why=f"docker-args contains --name; it came from {settings.source('docker-args')}",
            todo="remove it; `ci-kit mysql status` prints the name",
        )
