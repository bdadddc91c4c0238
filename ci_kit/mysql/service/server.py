"""The machine's own server. On GitHub's runners it is installed but stopped; root's password is ``root``."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import LOOPBACK, ROOT, Endpoint
from ci_kit.mysql.client.login import LoginError, wait_for_login
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.client.sql import Statement
from ci_kit.mysql.config.rejected_option import rejected_option
from ci_kit.mysql.config.server_options import project_options, server_options
from ci_kit.mysql.prepare.preparation import prepare_server
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record, new_record
from ci_kit.mysql.service import manager
from ci_kit.mysql.service.drop_in import DropIn
from ci_kit.mysql.service.manager import Unit, find_unit
from ci_kit.mysql.service.option_files import (
    ServiceOptions,
    included_folder,
    option_text,
    read_service_options,
)
from ci_kit.mysql.service.requirements import (
    USE_PRIVATE,
    in_use,
    require_drop_in,
    require_permission,
    require_unit,
)
from ci_kit.mysql.service.root_access import require_root, set_root_login
from ci_kit.mysql.service.use import TOKEN, ServiceUse
from ci_kit.mysql.service.version import require_version
from ci_kit.settings.settings import Settings

# The server refuses this user. ci-kit does not try root: wrong passwords can lock that account.
_UNKNOWN_USER = "ci-kit"


@dataclass(frozen=True)
class ServiceServer:
    """The service before this run uses it. It stays up after the run, for later steps."""

    runner: Runner
    settings: Settings
    password: str = field(repr=False)

    @property
    def host(self) -> Host:
        return self.runner.host

    @property
    def may_change(self) -> bool:
        """Whether ci-kit may change the machine, which is thrown away after the job."""
        return self.runner.machine_is_disposable

    def start(self, cleanup: ExitStack) -> ServiceBooting:
        require_permission(self.settings, self.runner)
        unit = require_unit(self.host)
        require_version(self.host, self.settings, unit)
        options = read_service_options(self.host)
        up = self._is_up(unit)
        lines = option_text(self._lines(unit, options))
        change = self._must_change(unit, lines, up=up)
        if not cleanup.enter_context(store.hold(self.host, TOKEN)):
            raise in_use(unit)
        before = next((one for one in store.records(self.host) if one.token == TOKEN), None)
        password = self._password(before)
        booting = ServiceBooting(
            self, self._use(unit, options, password, before, up=up), password, before, ExitStack()
        )
        cleanup.enter_context(booting.undo)
        booting.undo.callback(booting.use.give_back_or_warn)
        booting.use.save()
        if change:
            # Write before the stop: the server must stay up if the settings cannot be written.
            require_drop_in().write(self.host, lines)
            if up:
                booting.use.stop_to_change()
                up = False
            booting.use.options = read_service_options(self.host)
        if not up:
            booting.use.begin_start()
        return booting

    def root(self, options: ServiceOptions, password: str) -> Endpoint:
        """The login of root, over the socket if this process may use it."""
        socket = options.socket
        port = self.settings.mysql_port or options.port
        return Endpoint(LOOPBACK, port, ROOT, password, socket if _is_reachable(socket) else None)

    def _use(
        self, unit: Unit, options: ServiceOptions, password: str, before: Record | None, *, up: bool
    ) -> ServiceUse:
        login = self.root(options, password).as_user(self.settings.mysql_user, password)
        record = new_record(self.settings, login, kind="service", token=TOKEN, place=unit.name)
        started, changed = (before.started, before.changed) if before else (not up, False)
        return ServiceUse(self.host, unit, options, replace(record, started=started, changed=changed))

    def _password(self, before: Record | None) -> str:
        """The password for root: without a setting, the one of an earlier run, which others may still use."""
        if before is None:
            return self.password
        self.runner.hide(before.password)
        return self.settings.mysql_password or before.password

    def _is_up(self, unit: Unit) -> bool:
        """Whether the service is up. If another process is starting it, wait for the end of that start."""
        seconds = self.settings.boot_timeout
        manager.await_start(self.host, unit, seconds=seconds)
        state = unit.state(self.host)
        if state == "starting":
            raise UnavailableError(
                f"another process is starting the service {unit.name}, and it is not up yet",
                why=f"ci-kit waited {seconds} s",
                todo="wait until it is up, or increase boot-timeout",
            )
        return state == "up"

    def _lines(self, unit: Unit, options: ServiceOptions) -> tuple[str, ...]:
        """The my.cnf lines for the server; on a machine that is not ours only those of the project."""
        port = self.settings.mysql_port
        if self.may_change:
            folder, settings = included_folder(), self.settings
            # The log of a service may hold what its owner wrote before, so nothing of it is removed.
            lines = server_options(settings, short_binlog=False) if folder else project_options(settings)
            return (*lines, *([f"port={port}"] if port else ()))
        if port and port != options.port:
            raise UsageError(
                f"the service {unit.name} does not use port {port}",
                why=f"its option files set {options.port}; mysql-port came from"
                f" {self.settings.source('mysql-port')}",
                todo="remove mysql-port",
            )
        return project_options(self.settings)

    def _must_change(self, unit: Unit, lines: str, *, up: bool) -> bool:
        """Whether ci-kit has to change the settings of the server. Raises UsageError if it may not."""
        folder = included_folder()
        if lines == (DropIn(folder).text() if folder else ""):
            return False
        if self.may_change or not up:
            return True
        if not lines:
            return False
        raise UsageError(
            f"the service {unit.name} is up without the settings of the project",
            why="sql-mode or mysql-settings are set, and ci-kit restarts no service on this machine",
            todo=f"stop it first (`{' '.join(unit.command('stop'))}`), or {USE_PRIVATE}",
        )


@dataclass(frozen=True)
class ServiceBooting:
    """The service while it starts. ``before`` is the record of an earlier run."""

    server: ServiceServer
    use: ServiceUse
    password: str = field(repr=False)
    before: Record | None
    undo: ExitStack

    @property
    def host(self) -> Host:
        return self.server.host

    @property
    def root(self) -> Endpoint:
        # A socket that no option file names is found only when the server is up.
        return self.server.root(self.use.options, self.password)

    def ready(self) -> ServiceReady:
        server, settings = self.server, self.server.settings
        self._await_answer()
        root = self.root
        try:
            if server.may_change:
                known = (self.before.password,) if self.before else ()
                set_root_login(server.runner, root, known=known, restart=self._restart_with)
            else:
                require_root(self.host, root)
            client = client_program(self.host, root)
            version = prepare_server(
                self.host,
                root,
                settings,
                client=client,
                log=self.use.messages().text,
                ours=server.may_change,
            )
        except CiKitError as error:
            # If the server has ended, that is the cause. The failed login or SQL file is only its effect.
            if problem := _lost(self.use):
                raise problem from None
            if isinstance(error, LoginError) and not error.refused:
                raise self._unreachable(error) from None
            raise
        access = Access(root.as_user(settings.mysql_user, self.password), version)
        return ServiceReady(access, settings, self.use, self.undo)

    def _await_answer(self) -> None:
        """Wait until the server answers a login, by refusing it.

        The wait begins after the start has succeeded: until then, another server may answer at the same port.
        """
        seconds = self.server.settings.boot_timeout
        if self.use.start and (why := self.use.start.wait(seconds=seconds)):
            problem = _failure(self.use, "did not start", why)
            raise rejected_option("\n".join(problem.details), self.server.settings) or problem
        nobody = self.root.as_user(_UNKNOWN_USER, "")
        try:
            wait_for_login(self.host, nobody, seconds=seconds, before_attempt=self._require_up)
        except LoginError as error:
            if not error.refused:
                why = f"no login in {seconds} s: {error.why}"
                raise _failure(self.use, "does not answer", why) from error

    def _require_up(self) -> None:
        if problem := _lost(self.use):
            raise problem

    def _restart_with(self, statements: tuple[Statement, ...]) -> None:
        drop_in = require_drop_in()
        try:
            drop_in.write_init(self.host, statements, user=self.use.options.user)
            self.use.stop_to_change()
            self.use.begin_start()
            self._await_answer()
        finally:
            with self.host.ignore_interrupts():
                drop_in.remove_init(self.host)

    def _unreachable(self, error: LoginError) -> UnavailableError:
        return UnavailableError(
            f"the service {self.use.unit.name} is up, but cannot be reached at {LOOPBACK}:{self.root.port}",
            why=error.why,
            todo=f"check skip-networking, bind-address and port in its option files, or {USE_PRIVATE}",
        )


@dataclass(frozen=True)
class ServiceReady:
    """The service when it answers."""

    access: Access
    settings: Settings
    use: ServiceUse
    undo: ExitStack

    def lost(self) -> UnavailableError | None:
        return _lost(self.use)

    def keep(self) -> None:
        before, unit = self.use.record, self.use.unit
        record = new_record(self.settings, self.access.login, kind="service", token=TOKEN, place=unit.name)
        version = str(self.access.version or "")
        store.keep(
            self.use.host,
            replace(record, version=version, started=before.started, changed=before.changed),
        )
        self.undo.pop_all()


def owns(record: Record) -> bool:
    """Whether it is the record of the machine's service."""
    return record.token == TOKEN


def is_up(host: Host, record: Record) -> bool:
    unit = find_unit(host)
    return bool(unit and unit.name == record.place and unit.state(host) == "up")


def _lost(use: ServiceUse) -> UnavailableError | None:
    """Why the service can no longer be used; None if it can."""
    if use.host.dry or use.unit.state(use.host) == "up":
        return None
    return _failure(use, "is gone", "its service manager reports that it is not running")


def _failure(use: ServiceUse, what: str, why: str) -> UnavailableError:
    ended = use.messages().ended(f"the service {use.unit.name} {what}", why)
    return ended.error(todo=f"fix the cause that its log above names, or {USE_PRIVATE}")


def _is_reachable(socket: Path | None) -> bool:
    # This process may not enter the folder of the socket. If the folder does not exist, the server makes it.
    return socket is not None and (not socket.parent.exists() or os.access(socket.parent, os.X_OK))
