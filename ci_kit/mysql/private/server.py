"""A server of the run's own: its own datadir, socket and port, removed at the end."""

from __future__ import annotations

import signal
import socket
from contextlib import ExitStack
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.host.machine import Host, Process
from ci_kit.mysql.client.endpoint import LOOPBACK, Endpoint
from ci_kit.mysql.client.login import LoginError, wait_for_login
from ci_kit.mysql.client.server import Ready
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.config.error_log import KILLED, LOOK_FOR_MEMORY, telling_lines
from ci_kit.mysql.config.rejected_option import wrong_setting
from ci_kit.mysql.config.server_options import as_flags, server_settings
from ci_kit.mysql.prepare.accounts import ROOT, prepare, set_root_password
from ci_kit.mysql.private.datadir import SIZES, template
from ci_kit.mysql.private.folder import new_scratch
from ci_kit.mysql.private.program import ServerProgram, require_server_program
from ci_kit.mysql.records import cleanup, store
from ci_kit.mysql.records.store import Record
from ci_kit.settings.loading import Settings

# Literals are escaped with backslashes whatever mode the server has, and a replica is not told of it.
_INIT = ("SET SESSION sql_mode = ''", "SET SESSION sql_log_bin = 0")
_PORT_TRIES = 3
_LAST_BREATH = 0.5


class PrivateServer:
    """Boots in the background from :meth:`start`; :meth:`ready` waits; :meth:`stop` leaves nothing.

    One of several that replicate has lines of a my.cnf of its own, ``member``; a replica has the token of its
    ``source``, and ``replica`` counts from 1.
    """

    shared = False

    def __init__(
        self,
        host: Host,
        settings: Settings,
        password: str,
        *,
        member: tuple[str, ...] = (),
        source: str = "",
        replica: int = 0,
    ) -> None:
        self._host = host
        self._settings = settings
        self._password = password
        self._member = member
        self._source = source
        self._replica = replica
        self._program: ServerProgram | None = None
        self._scratch = new_scratch(host, settings)
        self._process: Process | None = None
        # The port that is wanted is the primary's.
        self._wanted_port = 0 if replica else settings.mysql_port
        self._port = self._wanted_port
        self._owned = ExitStack()
        self._kept = False
        self._answered = False

    def start(self) -> None:
        cleanup.sweep(self._host)
        program = self._found_program()
        if self._wanted_port:
            _require_free(self._wanted_port, self._settings.source("mysql-port"))
        self._owned.enter_context(store.hold(self._host, self._scratch.token))
        store.save(self._host, self._record())
        self._host.make_dir(self._scratch.folder, mode=0o700, owner=self._scratch.owner)
        for folder in (self._scratch.temporary, self._scratch.folder / "files"):
            self._host.make_dir(folder, owner=self._scratch.owner)
        datadir = template(self._host, program, self._scratch, self._settings)
        self._host.copy_tree(datadir, self._scratch.data, owner=self._scratch.owner)
        self._boot()

    def ready(self) -> Ready:
        root = self.await_login()
        try:
            version = prepare(self._host, root, self._settings, beside=self._found_program().path)
        except CiKitError:
            # The server that is gone tells more than the login, or the file of SQL, that broke off. Its
            # connections end a little before it does.
            if self._process:
                self._process.wait(_LAST_BREATH)
            self._require_alive()
            raise
        return Ready(
            root.as_user(self._settings.mysql_user, self._password), version or self._found_program().version
        )

    def await_login(self) -> Endpoint:
        """Wait until root's login succeeds, and give it."""
        root = self.root
        for attempt in range(1, _PORT_TRIES + 1):
            try:
                wait_for_login(
                    self._host, root, seconds=self._settings.boot_timeout, alive=self._require_alive
                )
            except _PortTakenError:
                # Another process took the free port between its choice and the server's start.
                if self._wanted_port or attempt == _PORT_TRIES:
                    raise
                # A later failure is another one's.
                self._host.remove(self._scratch.log)
                self._boot()
                root = self.root
            except LoginError as error:
                raise self._failed(
                    f"the server did not answer in {self._settings.boot_timeout} s", error.why
                ) from error
            else:
                break
        self._answered = True
        self._host.remove(self._scratch.init_file)
        return root

    def keep(self) -> None:
        if not self._replica:
            cleanup.make_way(self._host, self._settings.root)
        store.keep(self._host, self._record())
        self._kept = True

    def lost(self) -> UnavailableError | None:
        try:
            self._require_alive()
        except UnavailableError as error:
            return error
        if self._scratch.full:
            return UnavailableError(
                "the server can write no more",
                why=self._scratch.reason(""),
                todo="name a folder with more room by the setting mysql-datadir, or write less",
            )
        return None

    def stop(self) -> None:
        if self._kept:
            self._owned.close()
            return
        with self._host.undisturbed():
            # The data is thrown away: there is nothing for the server to put in order.
            if self._process:
                self._host.end(self._process, what="the server")
            # An interrupt can come between the start of a process and its being known here.
            end(self._host, self._record())
            store.forget(self._host, self._scratch.token)
            self._owned.close()

    def _boot(self) -> None:
        self._port = self._wanted_port or _free_port()
        store.save(self._host, self._record())
        # Before the server listens, so that there is no moment in which root has no password.
        change = set_root_password(self._password)
        self._host.write(
            self._scratch.init_file,
            "".join(f"{line};\n" for line in (*_INIT, change.text)),
            shown="".join(f"{line};\n" for line in (*_INIT, change.shown)),
        )
        self._process = self._host.start(
            self._command(), env={"TZ": self._settings.timezone}, log=self._scratch.log
        )

    def _command(self) -> list[str]:
        scratch = self._scratch
        return [
            *self._found_program().command,
            "--no-defaults",
            *([f"--user={scratch.user}"] if scratch.user else []),
            f"--datadir={scratch.data}",
            f"--socket={scratch.socket}",
            f"--port={self._port}",
            f"--bind-address={LOOPBACK}",
            f"--pid-file={scratch.folder / 'mysqld.pid'}",
            f"--tmpdir={scratch.temporary}",
            f"--secure-file-priv={scratch.folder / 'files'}",
            f"--init-file={scratch.init_file}",
            "--loose_mysqlx=OFF",
            *as_flags(SIZES),
            *as_flags(
                server_settings(self._settings, on_disk=not scratch.in_memory, replicates=bool(self._member))
            ),
            *as_flags(self._member),
        ]

    def _found_program(self) -> ServerProgram:
        if self._program is None:
            self._program = require_server_program(self._host, self._settings)
        return self._program

    @property
    def version(self) -> Version:
        return self._found_program().version

    @property
    def token(self) -> str:
        """The server's name among all of this user's."""
        return self._scratch.token

    @property
    def root(self) -> Endpoint:
        """Root's login."""
        return Endpoint(LOOPBACK, self._port, ROOT, self._password, self._scratch.socket)

    def _record(self) -> Record:
        return store.record(
            self._settings,
            self.root.as_user(self._settings.mysql_user, self._password),
            kind="private",
            token=self._scratch.token,
            place=str(self._scratch.folder),
            version=self._program.version if self._program else None,
            source=self._source,
            replica=self._replica,
        )

    def _require_alive(self) -> None:
        code = self._process.exit_code() if self._process else None
        if code is None:
            return
        if "Address already in use" in self._log_text():
            raise _PortTakenError(
                f"port {self._port} is taken", why="another process listens there", todo="choose another port"
            )
        if not self._answered and (problem := wrong_setting(self._log_text(), self._settings)):
            raise problem
        what = "the server is gone" if self._answered else "the server did not start"
        if code == -signal.SIGKILL and not self._scratch.full:
            raise self._killed(what)
        raise self._failed(what, f"it was ended by signal {-code}" if code < 0 else f"it ended with {code}")

    def _killed(self, what: str) -> UnavailableError:
        """The error for an end of which the server's log knows nothing."""
        return UnavailableError(
            what,
            why=f"{self._found_program().path}: {KILLED} (signal {signal.SIGKILL:d})",
            todo=f"{LOOK_FOR_MEMORY}; data in memory counts, mysql-datadir names another folder",
        )

    def _failed(self, what: str, why: str) -> UnavailableError:
        told = self.telling_lines()
        return UnavailableError(
            what,
            why=f"{self._found_program().path}: {self._scratch.reason(why, told)}",
            details=told,
            todo="mend what the server's log says above; the setting mysqld names another server,"
            " mysql-datadir another folder",
        )

    def telling_lines(self) -> tuple[str, ...]:
        return telling_lines(self._log_text())

    def _log_text(self) -> str:
        try:
            return self._scratch.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


def is_up(host: Host, record: Record) -> bool:
    return bool(_processes(host, record))


def end(host: Host, record: Record) -> None:
    """End a server that is known by its record, and remove its folder."""
    for pid in _processes(host, record):
        host.kill(pid, what="the server")
    host.remove(Path(record.place))


def _processes(host: Host, record: Record) -> list[int]:
    """The ids of the server's processes: those with the datadir as an argument, not whoever reads its log."""
    return host.processes_with_argument(f"--datadir={record.place}/")


class _PortTakenError(UnavailableError):
    """Another process listens on the port."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _require_free(port: int, source: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise _PortTakenError(
                f"port {port} of {LOOPBACK} is taken",
                why=f"{error.strerror}; the port came from {source}",
                todo="stop what listens there, or leave the port out so that a free one is taken",
            ) from error
