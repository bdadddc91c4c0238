"""The machine's own server, as GitHub's runners have it: installed, stopped, root's password ``root``."""

from __future__ import annotations

import os
from collections.abc import Callable

from ci_kit.errors import UnavailableError
from ci_kit.host import Host
from ci_kit.mysql import state
from ci_kit.mysql.admin import ROOT, prepare, set_root_password
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.provider import Ready
from ci_kit.mysql.session import LoginError, can_log_in, open_session, wait_for_login
from ci_kit.mysql.version import Version
from ci_kit.settings import Settings

_NAMES = ("mysql", "mysqld", "mariadb")
_LOOPBACK, _DEFAULT_PORT = "127.0.0.1", 3306
# What a stock server may have: the runner images' password, or none.
_STOCK_PASSWORDS = ("root", "")
# The unit's state is asked for after so many polls: a question costs as much as several logins.
_POLLS_BETWEEN_LOOKS = 25
_JOURNAL_LINES = 6


def find_unit(host: Host) -> str:
    """The name of the machine's MySQL or MariaDB service; empty if it has none."""
    if host.which("systemctl"):
        return next((name for name in _NAMES if host.ask(["systemctl", "cat", f"{name}.service"]).ok), "")
    return next((name for name in _NAMES if os.access(f"/etc/init.d/{name}", os.X_OK)), "")


class ServiceServer:
    """Started by the service manager and left running: the machine ends it."""

    shared = True

    def __init__(self, host: Host, settings: Settings, password: str, *, owned: bool) -> None:
        self._host = host
        self._settings = settings
        self._root = Endpoint(_LOOPBACK, settings.mysql_port or _DEFAULT_PORT, ROOT, password)
        self._owned = owned
        self._unit = ""
        self._version: Version | None = None

    def start(self) -> None:
        self._unit = find_unit(self._host)
        if not self._unit:
            raise UnavailableError(
                "there is no MySQL service on this machine",
                why=f"neither systemd nor /etc/init.d has one of the names {', '.join(_NAMES)}",
                todo="take a private server (mysql: private), or install a service",
            )
        command = (
            ["systemctl", "start", "--no-block", self._unit]
            if self._host.which("systemctl")
            else ["service", self._unit, "start"]
        )
        done = self._host.run(self._host.as_root(command))
        if not done.ok:
            raise UnavailableError(
                f"the service {self._unit} did not start",
                why=f"`{' '.join(command)}` ended with {done.code}",
                details=tuple(done.stderr.splitlines()[-_JOURNAL_LINES:]),
                todo="take a private server (mysql: private), or mend the service",
            )

    def ready(self) -> Ready:
        try:
            wait_for_login(
                self._host, self._root, seconds=self._settings.boot_timeout, alive=self._require_not_failed()
            )
        except LoginError as error:
            if not error.refused:
                raise self._failed(f"no answer in {self._settings.boot_timeout} s: {error.why}") from error
            self._set_password()
        else:
            if self._host.dry:
                self._set_password()
        self._version = prepare(self._host, self._root, self._settings)
        return Ready(self._login, self._version)

    def keep(self) -> None:
        state.keep(self._host, self._record())

    def lost(self) -> UnavailableError | None:
        return None

    def stop(self) -> None:
        """Nothing: later steps use it, and the machine ends with the job."""

    @property
    def _login(self) -> Endpoint:
        return self._root.as_user(self._settings.mysql_user, self._root.password)

    def _record(self) -> state.Record:
        return state.Record(
            token=state.project_token("service", self._settings.root),
            kind="service",
            project=str(self._settings.root),
            place=self._unit,
            version=str(self._version or ""),
            timezone=self._settings.timezone,
            host=self._root.host,
            port=self._root.port,
            user=self._login.user,
            password=self._root.password,
            database=self._settings.database,
        )

    def _set_password(self) -> None:
        change = set_root_password(self._root.password)
        for stock in _STOCK_PASSWORDS:
            login = self._root.as_user(ROOT, stock)
            if can_log_in(self._host, login):
                with open_session(self._host, login) as session:
                    session.execute(change)
                return
        # Debian's and Ubuntu's packages let root log in by being the system's root.
        done = self._host.run(
            self._host.as_root(["mysql", "--protocol=socket", "--user=root"]),
            stdin=f"{change.text};\n",
            shown_stdin=f"{change.shown};",
        )
        if not done.ok:
            raise UnavailableError(
                "root's password is not known",
                why="neither the wanted one, nor `root`, nor an empty one, nor the system's root is let in",
                details=tuple(done.stderr.splitlines()[-_JOURNAL_LINES:]),
                todo="give the present one as mysql-password, or take a private server (mysql: private)",
            )

    def _require_not_failed(self) -> Callable[[], None]:
        polls = 0

        def alive() -> None:
            nonlocal polls
            polls += 1
            if polls % _POLLS_BETWEEN_LOOKS == 0 and self._host.which("systemctl"):
                state = self._host.ask(["systemctl", "is-failed", f"{self._unit}.service"])
                if state.stdout.strip() == "failed":
                    raise self._failed("systemd says that it failed")

        return alive

    def _failed(self, why: str) -> UnavailableError:
        journal = self._host.ask(
            self._host.as_root(
                ["journalctl", "-u", self._unit, "-n", str(_JOURNAL_LINES), "--no-pager", "-o", "cat"]
            )
        )
        return UnavailableError(
            f"the service {self._unit} did not start",
            why=why,
            details=tuple(journal.stdout.splitlines()),
            todo=f"look at `journalctl -u {self._unit}`, or take a private server (mysql: private)",
        )


def is_up(host: Host, record: state.Record) -> bool:
    if not host.which("systemctl"):
        return True
    return host.ask(["systemctl", "is-active", f"{record.place}.service"]).ok


def end(host: Host, record: state.Record) -> None:
    """Stop the service."""
    host.run(host.as_root(["systemctl", "stop", record.place]))
