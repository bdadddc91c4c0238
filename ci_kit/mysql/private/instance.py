"""One private server on the machine: the folder it has, its starts, how it ended, and its removal."""

from __future__ import annotations

import signal
import socket
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.host.processes import Process
from ci_kit.host.resources import folder_size, resident_memory
from ci_kit.mysql.client.endpoint import LOOPBACK, ROOT, Endpoint, TlsFiles
from ci_kit.mysql.config.ended import Ended
from ci_kit.mysql.config.error_log import last_errors
from ci_kit.mysql.config.rejected_option import rejected_option
from ci_kit.mysql.config.server_options import as_flags, project_options, server_options
from ci_kit.mysql.prepare.accounts import set_root_password
from ci_kit.mysql.private.datadir import SIZES, Template, find_template, remove_identity
from ci_kit.mysql.private.folder import ServerFolder
from ci_kit.mysql.private.full_disk import end_on_full_disk
from ci_kit.mysql.private.given_paths import remove_socket, require_option_files, require_socket_path
from ci_kit.mysql.private.permissions import server_user
from ci_kit.mysql.private.program import ServerProgram
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record, new_record, own_name
from ci_kit.settings.my_cnf import option_name, option_value
from ci_kit.settings.settings import Settings

# Escape literals with backslashes in any sql_mode, and keep the password out of the binary log.
_INIT = ("SET SESSION sql_mode = ''", "SET SESSION sql_log_bin = 0")


class PortTakenError(UnavailableError):
    """Another process listens on the port."""


@dataclass(frozen=True)
class ReplicationRole:
    """The role of a private server in replication: its own my.cnf lines, and which replica it is.

    A replica has the token of its ``source``, and a ``number`` from 1.
    """

    lines: tuple[str, ...] = ()
    source: str = ""
    number: int = 0


NO_REPLICATION = ReplicationRole()
"""A server without replication."""


@dataclass(frozen=True)
class Boot:
    """One start of the server program."""

    process: Process
    port: int


@dataclass(frozen=True)
class Instance:
    """A server program with a folder of its own: how it is started, how it ended, how it is removed."""

    host: Host
    settings: Settings
    password: str = field(repr=False)
    role: ReplicationRole
    program: ServerProgram
    folder: ServerFolder
    origin: Template | None = None
    """What its data begin with, if not the template in the cache."""

    @property
    def seed(self) -> Template:
        """Where a copy of its data is kept, for other servers that begin with it."""
        return Template(self.folder.path / "seed")

    @property
    def fixed_port(self) -> int:
        """The port that the settings ask for; 0 means any free one. Replicas always take a free one."""
        return 0 if self.role.number else self.settings.mysql_port

    @property
    def socket(self) -> Path:
        """The Unix socket: where the settings ask for it, or in the folder, as for every replica."""
        given = "" if self.role.number else self.settings.mysql_socket
        if not given:
            return self.folder.socket
        path = self.settings.root / given
        # A path with `..` is longer than it must be.
        return path.parent.resolve() / path.name

    def require_paths(self) -> None:
        """Check the paths that the settings give to the server. Raises CiKitError."""
        user = server_user()
        require_option_files(self.settings, user)
        if self.socket != self.folder.socket:
            # A server that boots has a record before its socket answers.
            recorded = {one.socket for one in store.records(self.host)}
            require_socket_path(self.socket, self.settings, user, recorded)

    def root(self, boot: Boot) -> Endpoint:
        """The login of root."""
        return self._login(boot.port, ROOT)

    def _login(self, port: int, user: str) -> Endpoint:
        return Endpoint(LOOPBACK, port, user, self.password, self.socket, self._tls_files)

    @property
    def _tls_files(self) -> TlsFiles:
        """The files of the settings, or those that MySQL makes when it initialises a datadir."""
        given = {option_name(line): option_value(line) for line in project_options(self.settings)}
        if "ssl_cert" in given or self.program.version.flavour == "MariaDB":
            return TlsFiles(*(given.get(name, "") for name in ("ssl_ca", "ssl_cert", "ssl_key")))
        made = [str(self.folder.data / name) for name in ("ca.pem", "client-cert.pem", "client-key.pem")]
        return TlsFiles(given.get("ssl_ca") or made[0], *made[1:])

    def record(self, port: int) -> Record:
        login = self._login(port, self.settings.mysql_user)
        record = new_record(
            self.settings, login, kind="private", token=self.folder.token, place=str(self.folder.path)
        )
        role = self.role
        version = str(self.program.version)
        return replace(record, version=version, source=role.source, replica=role.number)

    def make_folder(self) -> Template:
        """Make the folder with a copy of a template, after a record of it; gives the template."""
        host, folder = self.host, self.folder
        store.save(host, self.record(self.fixed_port))
        # A socket without a server may be another user's.
        remove_socket(host, self.socket)
        host.make_dir(folder.path, mode=0o700, owner=folder.owner)
        for inside in (folder.temporary, folder.files):
            host.make_dir(inside, owner=folder.owner)
        return self.copy_template()

    def copy_template(self) -> Template:
        """Copy the template to the server's datadir, in place of what is there; gives the template."""
        host, folder = self.host, self.folder
        template = self.origin or find_template(host, self.program, folder, self.settings)
        host.remove(folder.data)
        host.copy_tree(template.data, folder.data, owner=folder.owner)
        return template

    def boot(self) -> Boot:
        """Start the program in the background, on the port of the settings or any free one."""
        port = self.fixed_port or _free_port()
        store.save(self.host, self.record(port))
        # The server runs this file before it accepts connections: root is never without a password.
        change = set_root_password(self.password)
        self.host.write(
            self.folder.init_file,
            "".join(f"{line};\n" for line in (*_INIT, change.text)),
            shown="".join(f"{line};\n" for line in (*_INIT, change.shown)),
        )
        env = {"TZ": self.settings.timezone}
        return Boot(self.host.start(Command(self._command(port), env), log=self.folder.log), port)

    def _command(self, port: int) -> list[str]:
        folder, role = self.folder, self.role
        # A replica may read the log later than that.
        options = server_options(self.settings, short_binlog=not role.lines)
        return [
            *self.program.command,
            "--no-defaults",
            *([f"--user={folder.user}"] if folder.user else []),
            f"--datadir={folder.data}",
            f"--socket={self.socket}",
            f"--port={port}",
            f"--bind-address={LOOPBACK}",
            f"--pid-file={folder.path / 'mysqld.pid'}",
            f"--tmpdir={folder.temporary}",
            f"--secure-file-priv={folder.files}",
            f"--init-file={folder.init_file}",
            "--loose_mysqlx=OFF",
            *as_flags((*SIZES, *options, *role.lines)),
        ]

    def start_failure(self, boot: Boot) -> CiKitError | None:
        """The error for a server that ended before it answered; None while it runs."""
        if boot.process.exit_code() is None:
            return None
        log = self.log_text()
        if "Address already in use" in log:
            return PortTakenError(
                f"port {boot.port} is taken", why="another process listens there", todo="choose another port"
            )
        return rejected_option(log, self.settings) or self.ended("the server did not start", boot)

    def ended(self, what: str, boot: Boot) -> UnavailableError | None:
        """The error for a server that ended; None while it runs."""
        code = boot.process.exit_code()
        if code is None:
            return None
        if code == -signal.SIGKILL and not self.folder.full:
            why = f"signal {signal.SIGKILL:d} ended {self.program.path}"
            advice = "data in memory counts too: set mysql-datadir to a folder on a disk"
            return Ended(what, why, killed=True).error(todo="", if_killed=advice)
        return self.failure(what, f"signal {-code} ended it" if code < 0 else f"it ended with {code}")

    def ended_on_full_disk(self, boot: Boot) -> AbstractContextManager[None]:
        """Until the context ends, end a server that waits for space on a full disk."""
        child = boot.process.popen
        if child is None:
            return nullcontext()
        # Another thread waits for the end of the process.
        what = "the server, which waits for space"

        def end_it() -> None:
            # It may have been stopped and started again: its number may belong to another process.
            if boot.process.exit_code() is None:
                self.host.kill_pid(child.pid, what=what)

        return end_on_full_disk(self.folder.log, end_it)

    def keep_seed(self) -> None:
        """Copy the data of the stopped server. Other servers can begin with the copy."""
        self.host.copy_tree(self.folder.data, self.seed.data, owner=self.folder.owner)
        remove_identity(self.host, self.seed.data)

    def memory(self, boot: Boot) -> int:
        """The memory of the process, and of its data if they are in memory, in bytes."""
        child = boot.process.popen
        data = folder_size(self.folder.path) if self.folder.in_memory else 0
        return data + (resident_memory(child.pid) if child else 0)

    def lost(self, boot: Boot) -> UnavailableError | None:
        """Why a server that has answered can no longer be used; None if it can."""
        if problem := self.ended("the server is gone", boot):
            return problem
        if self.folder.full:
            return UnavailableError(
                "the server cannot write any more",
                why=self.folder.failure_reason(""),
                todo="set mysql-datadir to a folder with more space, or write less",
            )
        return None

    def failure(self, what: str, why: str) -> UnavailableError:
        """The error for a server that does not work, with the last errors of its log."""
        log = last_errors(self.log_text())
        return Ended(what, f"{self.program.path}: {self.folder.failure_reason(why, log)}", log).error(
            todo="fix the cause that the log above names, or set mysqld to another server program,"
            " or mysql-datadir to another folder"
        )

    def log_text(self) -> str:
        try:
            return self.folder.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def remove(self, boots: list[Boot]) -> None:
        """End the server and remove its folder and record. Its data is thrown away, so it is killed."""
        with self.host.ignore_interrupts():
            for boot in boots:
                self.host.kill(boot.process, what="the server")
            # After an interrupt, ``boots`` may lack a process that has just been started.
            end(self.host, self.record(0))
            store.forget(self.host, self.folder.token)


def owns(record: Record) -> bool:
    """Whether the place is the folder of a private server."""
    place = Path(record.place)
    return place.is_absolute() and place.name == own_name(record.token)


def is_up(host: Host, record: Record) -> bool:
    return bool(_processes(host, record))


def end(host: Host, record: Record) -> None:
    """Kill the server of a record, and remove its folder and its socket."""
    pids = _processes(host, record)
    for pid in pids:
        host.kill_pid(pid, what="the server")
    host.remove(Path(record.place))
    if record.socket:
        remove_socket(host, Path(record.socket), just_killed=bool(pids))


def _processes(host: Host, record: Record) -> list[int]:
    """The ids of the server's processes: only they have the datadir as an argument."""
    return host.processes_with_argument(f"--datadir={record.place}/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
