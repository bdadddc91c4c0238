"""A private server: its own datadir, socket and port, made for a run and removed at its end."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass, field

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import LOOPBACK, Endpoint
from ci_kit.mysql.client.login import LoginError, wait_for_login
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.client.session import open_session
from ci_kit.mysql.client.sql import statement
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.prepare.binary_log import forget_binary_log
from ci_kit.mysql.prepare.preparation import prepare_server
from ci_kit.mysql.private.datadir import Template
from ci_kit.mysql.private.folder import new_server_folder
from ci_kit.mysql.private.instance import NO_REPLICATION, Boot, Instance, PortTakenError, ReplicationRole
from ci_kit.mysql.private.program import require_server_program
from ci_kit.mysql.records import store
from ci_kit.settings.settings import Settings

# A server closes its connections shortly before its process ends. In seconds.
_WAIT_FOR_EXIT = 0.5


@dataclass(frozen=True)
class PrivateServer:
    """A private server, alone or with a role in replication. ``origin`` is what its data begin with."""

    host: Host
    settings: Settings
    password: str = field(repr=False)
    role: ReplicationRole = NO_REPLICATION
    origin: Template | None = None

    def start(self, cleanup: ExitStack) -> PrivateBooting:
        host, settings = self.host, self.settings
        program = require_server_program(host, settings)
        folder = new_server_folder(host, settings)
        instance = Instance(host, settings, self.password, self.role, program, folder, self.origin)
        if instance.fixed_port:
            _require_free(instance.fixed_port, settings.source("mysql-port"))
        instance.require_paths()
        cleanup.enter_context(store.hold(host, folder.token))
        undo = cleanup.enter_context(ExitStack())
        boots: list[Boot] = []
        undo.callback(instance.remove, boots)
        template = instance.make_folder()
        boots.append(instance.boot())
        return PrivateBooting(instance, template, boots, undo)


@dataclass(frozen=True)
class PrivateBooting:
    """A private server that is starting; ``boots`` are its starts, the current one last."""

    instance: Instance
    template: Template
    boots: list[Boot]
    undo: ExitStack

    def ready(self) -> PrivateReady:
        instance = self.instance
        version = self._prepare(self.await_login())
        if instance.settings.server_per_worker and instance.settings.init_sql and not instance.origin:
            self._stop()
            instance.keep_seed()
            self.boots.append(instance.boot())
            # What a server keeps only in memory is gone: its time zone, and the cache of passwords.
            version = self._prepare(self.await_login())
        login = self.root.as_user(instance.settings.mysql_user, self.root.password)
        return self.answering(Access(login, version or instance.program.version))

    def another(self) -> PrivateServer:
        """A private server with the same login and data."""
        one = self.instance
        return PrivateServer(one.host, one.settings, one.password, one.role, self.origin_of_others)

    @property
    def origin_of_others(self) -> Template | None:
        """What the data of another server like this one begin with; None for the template in the cache."""
        return self.instance.seed if self.instance.settings.init_sql else None

    def memory(self) -> int:
        return self.instance.memory(self.boots[-1])

    def _prepare(self, root: Endpoint) -> Version | None:
        instance = self.instance
        client = client_program(instance.host, root, near=instance.program.path)
        try:
            return prepare_server(
                instance.host, root, instance.settings, client=client, log=instance.log_text
            )
        except CiKitError:
            # If the server has ended, that is the cause. The failed login or SQL file is only its effect.
            self.boots[-1].process.wait(_WAIT_FOR_EXIT)
            if problem := self.lost():
                raise problem from None
            raise

    def _stop(self) -> None:
        """Shut the server down, so that its files can be copied. Raises UnavailableError."""
        instance, host = self.instance, self.instance.host
        with open_session(host, self.root) as session:
            if not instance.role.lines:
                forget_binary_log(session)
            session.execute(statement("SHUTDOWN"))
        seconds = instance.settings.boot_timeout
        if host.wait_for_exit(self.boots[-1].process, seconds=seconds) != 0:
            raise instance.failure("the server did not stop after the init SQL", f"it had {seconds} s")

    @property
    def root(self) -> Endpoint:
        """The login of root."""
        return self.instance.root(self.boots[-1])

    def lost(self) -> UnavailableError | None:
        return self.instance.lost(self.boots[-1])

    def await_login(self) -> Endpoint:
        """Wait until a login of root succeeds, and give that login. Raises CiKitError."""
        instance, host = self.instance, self.instance.host
        for last in (False, False, True):
            try:
                self._await_answer()
            except PortTakenError:
                # Another process took the free port between the choice and the start of the server.
                if last or instance.fixed_port:
                    raise
            except CiKitError:
                if last or not self.template.damaged:
                    raise
                host.console.warning("a datadir in the cache was damaged; ci-kit makes it anew")
                host.kill(self.boots[-1].process, what="the server")
                self.template.remove(host)
                instance.copy_template()
            else:
                break
            # The log of the next start must not contain this failure.
            host.remove(instance.folder.log)
            self.boots.append(instance.boot())
        host.remove(instance.folder.init_file)
        self.undo.enter_context(instance.ended_on_full_disk(self.boots[-1]))
        return self.root

    def _await_answer(self) -> None:
        instance = self.instance
        seconds = instance.settings.boot_timeout
        try:
            wait_for_login(instance.host, self.root, seconds=seconds, before_attempt=self._require_running)
        except LoginError as error:
            raise instance.failure(f"the server did not answer in {seconds} s", error.why) from error

    def answering(self, access: Access) -> PrivateReady:
        return PrivateReady(access, self.instance, self.boots[-1], self.undo)

    def _require_running(self) -> None:
        if problem := self.instance.start_failure(self.boots[-1]):
            raise problem


@dataclass(frozen=True)
class PrivateReady:
    """A private server that answers."""

    access: Access
    instance: Instance
    boot: Boot
    undo: ExitStack

    def lost(self) -> UnavailableError | None:
        return self.instance.lost(self.boot)

    def keep(self) -> None:
        # It would take as much memory as the data.
        self.instance.host.remove(self.instance.seed.folder)
        store.keep(self.instance.host, self.instance.record(self.boot.port))
        self.undo.pop_all()


def _require_free(port: int, source: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTakenError(
                f"port {port} of {LOOPBACK} is taken",
                why=f"{error.strerror}; the port came from {source}",
                todo="stop the process that listens there, or remove the port: ci-kit then takes a free one",
            ) from error
