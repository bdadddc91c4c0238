"""The machine's own server, as GitHub's runners have it: installed, stopped, root's password ``root``."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError, UsageError
from ci_kit.host.machine import Host, Process
from ci_kit.mysql.client.endpoint import LOOPBACK, Endpoint
from ci_kit.mysql.client.login import LoginError, wait_for_login
from ci_kit.mysql.client.server import Ready
from ci_kit.mysql.client.sql import Statement
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.config.error_log import KILLED, LOOK_FOR_MEMORY
from ci_kit.mysql.config.rejected_option import wrong_setting
from ci_kit.mysql.config.server_options import asked_settings, server_settings
from ci_kit.mysql.prepare.accounts import ROOT, prepare
from ci_kit.mysql.records import cleanup, store
from ci_kit.mysql.service import manager
from ci_kit.mysql.service.drop_in import DropIn
from ci_kit.mysql.service.log import BY_SIGNAL, log_size, telling_lines
from ci_kit.mysql.service.manager import SystemdUnit, Unit, find_unit
from ci_kit.mysql.service.option_files import Told, included_folder, option_text, read_told
from ci_kit.mysql.service.root_access import bring_root, require_root
from ci_kit.settings.loading import Settings

# A machine has one, whichever project uses it.
_RECORD = "service-mysql"


# A server that is up refuses this user. Wrong passwords of root's may be counted, until root is locked.
_NOBODY = "ci-kit"


class ServiceServer:
    """Started by the service manager, on a machine that is ``owned`` with settings for a test run.

    It is left running: later steps use it, and the machine or ``mysql down`` ends it.
    """

    shared = True

    def __init__(self, host: Host, settings: Settings, password: str, *, owned: bool) -> None:
        self._host = host
        self._settings = settings
        self._password = password
        self._owned = owned
        # Passwords that root may have by an earlier run.
        self._known: tuple[str, ...] = ()
        self._told = Told({})
        self._found: Unit | None = None
        self._process: Process | None = None
        self._since = time.time()
        self._log_size = 0
        self._lock = ExitStack()
        # What this run has begun to use, until it is kept.
        self._begun: store.Record | None = None
        self._version: Version | None = None

    def start(self) -> None:
        cleanup.sweep(self._host)
        self._found = require_unit(self._host)
        self._told = read_told(self._host)
        manager.settle(self._host, self._unit, seconds=self._settings.boot_timeout)
        found = self._unit.state(self._host)
        if found == "starting":
            raise UnavailableError(
                f"the service {self._unit.name} is being started by somebody else, and not up yet",
                why=f"it was waited for {self._settings.boot_timeout} s",
                todo="wait until it is up; boot-timeout gives it more",
            )
        up = found == "up"
        wanted = option_text(self._lines())
        changes = self._changes(wanted, up=up)
        self._take(up=up)
        if changes:
            # The server is stopped when its settings are in place, and not for nothing.
            require_drop_in().write(self._host, wanted)
            if up:
                self._stop_to_change()
                up = False
            self._told = read_told(self._host)
        if not up:
            self._start()

    def ready(self) -> Ready:
        self._await_answer()
        # Only a server that is up shows a socket that no option file names.
        root = self._root
        try:
            if self._owned:
                bring_root(self._host, root, known=self._known, restart=self._restart_with)
            else:
                require_root(self._host, root)
            self._version = prepare(self._host, root, self._settings, ours=self._owned)
        except CiKitError as error:
            # The server that is gone tells more than the login, or the file of SQL, that broke off.
            if problem := self.lost():
                raise problem from None
            if isinstance(error, LoginError) and not error.refused:
                raise self._unreachable(error) from None
            raise
        return Ready(root.as_user(self._settings.mysql_user, self._password), self._version)

    def keep(self) -> None:
        if self._begun:
            cleanup.make_way(self._host, self._settings.root)
            store.keep(self._host, self._record(started=self._begun.started, changed=self._begun.changed))
            self._begun = None

    def lost(self) -> UnavailableError | None:
        if self._host.dry or self._unit.state(self._host) == "up":
            return None
        return self._failed("is gone", "its manager says that it is not running")

    def stop(self) -> None:
        with self._host.undisturbed(), self._lock:
            if self._begun is None:
                return
            if self._process and not isinstance(self._unit, SystemdUnit):
                # systemd's stop ends a start that goes on; a script's goes on beside it.
                self._host.finish(self._process, seconds=manager.PATIENCE)
            try:
                cleanup.end(self._host, self._begun)
            except UnavailableError as error:
                # The record stays, so that a later run gives it back.
                self._host.console.warning("\n".join(error.lines()))

    @property
    def _unit(self) -> Unit:
        if self._found is None:
            raise AssertionError("start() finds it")
        return self._found

    @property
    def _root(self) -> Endpoint:
        port = self._settings.mysql_port or self._told.port
        socket = self._told.socket
        return Endpoint(LOOPBACK, port, ROOT, self._password, socket if _reachable(socket) else None)

    def _lines(self) -> tuple[str, ...]:
        """The settings the server is to have; on somebody else's machine, what the project asks for alone."""
        port = self._settings.mysql_port
        if self._owned:
            tuned = server_settings if included_folder() else asked_settings
            return (*tuned(self._settings), *([f"port={port}"] if port else ()))
        if port and port != self._told.port:
            raise UsageError(
                f"the service {self._unit.name} is not at port {port}",
                why=f"its option files say {self._told.port}; mysql-port came from"
                f" {self._settings.source('mysql-port')}",
                todo="leave mysql-port out",
            )
        return asked_settings(self._settings)

    def _changes(self, wanted: str, *, up: bool) -> bool:
        """Whether the settings that are in place have to change. Raises UsageError where they may not."""
        folder = included_folder()
        if wanted == (DropIn(folder).text() if folder else ""):
            return False
        if self._owned or not up:
            return True
        if not wanted:
            return False
        raise UsageError(
            f"the service {self._unit.name} runs already, without the settings the project asks for",
            why="sql-mode or mysql-settings are given, and a service of somebody else's is not restarted",
            todo=f"stop it first (`{' '.join(self._unit.command('stop'))}`), or take a private server"
            " (mysql: private)",
        )

    def _take(self, *, up: bool) -> None:
        """Take the service for this run, with a record of it before anything is changed."""
        if not self._lock.enter_context(store.hold(self._host, _RECORD)):
            raise UnavailableError(
                f"another run of ci-kit uses the service {self._unit.name}",
                why="both would give root a password",
                todo="wait until it has ended, or take a private server (mysql: private)",
            )
        before = next((record for record in store.records(self._host) if record.token == _RECORD), None)
        if before:
            self._known = (before.password,)
            self._host.redactor.add(before.password)
            if not self._settings.mysql_password:
                # Whoever was left the service still logs in then.
                self._password = before.password
        self._begun = self._record(
            started=before.started if before else not up,
            changed=bool(before and before.changed),
        )
        store.save(self._host, self._begun)

    def _record(self, *, started: bool, changed: bool) -> store.Record:
        record = store.record(
            self._settings,
            self._root.as_user(self._settings.mysql_user, self._password),
            kind="service",
            token=_RECORD,
            place=self._unit.name,
            version=self._version,
        )
        return replace(record, started=started, changed=changed)

    def _start(self) -> None:
        self._since = time.time()
        self._log_size = log_size(self._host, self._told.error_log)
        self._process = manager.start(self._host, self._unit, log=store.log(self._host, _RECORD))

    def _stop_to_change(self) -> None:
        """Stop it, with a note in its record that it is not what it was any more."""
        if self._begun:
            self._begun = replace(self._begun, changed=True)
            store.save(self._host, self._begun)
        manager.stop(self._host, self._unit)

    def _await_answer(self) -> None:
        """Wait until the server answers a login, which is by refusing it.

        Only after its start has succeeded: what answers before may be another server at the same port.
        """
        seconds = self._settings.boot_timeout
        command = " ".join(self._unit.command("start"))
        code = self._host.finish(self._process, seconds=seconds) if self._process else 0
        if code is None:
            raise self._did_not_start(f"`{command}` did not end in {seconds} s")
        if code:
            raise self._did_not_start(f"`{command}` ended with {code}")
        try:
            nobody = self._root.as_user(_NOBODY, "")
            wait_for_login(self._host, nobody, seconds=seconds, alive=self._require_up)
        except LoginError as error:
            if not error.refused:
                raise self._failed("does not answer", f"no login in {seconds} s: {error.why}") from error

    def _require_up(self) -> None:
        if problem := self.lost():
            raise problem

    def _restart_with(self, statements: tuple[Statement, ...]) -> None:
        drop_in = require_drop_in()
        try:
            drop_in.write_init(self._host, statements, user=self._told.user)
            self._stop_to_change()
            self._start()
            self._await_answer()
        finally:
            with self._host.undisturbed():
                drop_in.remove_init(self._host)

    def _did_not_start(self, why: str) -> CiKitError:
        problem = self._failed("did not start", why)
        return wrong_setting("\n".join(problem.details), self._settings) or problem

    def _failed(self, what: str, why: str) -> UnavailableError:
        said = telling_lines(
            self._host,
            self._unit,
            error_log=self._told.error_log,
            start_log=store.log(self._host, _RECORD),
            since=self._since,
            size=self._log_size,
        )
        killed = any(BY_SIGNAL in line for line in said)
        return UnavailableError(
            f"the service {self._unit.name} {what}",
            why=f"{why}: {KILLED}" if killed else why,
            details=said,
            todo=LOOK_FOR_MEMORY
            if killed
            else "mend what its log says above, or take a private server (mysql: private)",
        )

    def _unreachable(self, error: LoginError) -> UnavailableError:
        return UnavailableError(
            f"the service {self._unit.name} is up, and not to be reached at {LOOPBACK}:{self._root.port}",
            why=error.why,
            todo="look for skip-networking, bind-address and port in its option files, or take a private"
            " server (mysql: private)",
        )


def require_unit(host: Host) -> Unit:
    unit = find_unit(host)
    if unit is None:
        raise UnavailableError(
            "there is no MySQL service on this machine",
            why="neither systemd nor /etc/init.d has one of the names mysql, mysqld and mariadb",
            todo="take a private server (mysql: private), or install a service",
        )
    return unit


def require_drop_in() -> DropIn:
    folder = included_folder()
    if folder is None:
        raise UnavailableError(
            "there is no place for settings of the service",
            why="neither /etc/my.cnf nor /etc/mysql/my.cnf includes a folder that exists",
            todo="add a line `!includedir /etc/mysql/conf.d` and the folder, or take a private server"
            " (mysql: private)",
        )
    return DropIn(folder)


def is_up(host: Host, record: store.Record) -> bool:
    unit = find_unit(host)
    return bool(unit and unit.name == record.place and unit.state(host) == "up")


def end(host: Host, record: store.Record) -> None:
    """Give the service back: with no settings of ci-kit's, and stopped if ci-kit started it.

    Raises UnavailableError.
    """
    unit, folder = find_unit(host), included_folder()
    if folder:
        DropIn(folder).remove(host)
    if unit is None or not (record.started or record.changed):
        return
    if unit.state(host) != "down":
        manager.stop(host, unit)
    if not record.started:
        _start_again(host, unit, record)


def _start_again(host: Host, unit: Unit, record: store.Record) -> None:
    log, told, since = store.log(host, record.token), read_told(host), time.time()
    size = log_size(host, told.error_log)
    code = host.finish(manager.start(host, unit, log=log), seconds=manager.PATIENCE)
    if code != 0:
        raise UnavailableError(
            f"the service {unit.name}, which was up before, does not start again",
            why=f"`{' '.join(unit.command('start'))}` "
            + (f"did not end in {manager.PATIENCE:g} s" if code is None else f"ended with {code}"),
            details=telling_lines(
                host, unit, error_log=told.error_log, size=size, start_log=log, since=since
            ),
            todo="mend what its log says above, and call `ci-kit mysql down`",
        )


def _reachable(socket: Path | None) -> bool:
    # Somebody else's folder may be closed; one that is not there yet, the server makes.
    return socket is not None and (not socket.parent.exists() or os.access(socket.parent, os.X_OK))
