"""A private server with read replicas: servers that follow it by GTID and refuse writes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import ROOT, Endpoint
from ci_kit.mysql.client.login import LoginError
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.client.session import Session, StatementError, open_session
from ci_kit.mysql.client.sql import Secret, Statement, account, literal, statement
from ci_kit.mysql.config.error_log import last_errors
from ci_kit.mysql.prepare.accounts import leave_logins
from ci_kit.mysql.prepare.time_zone import set_zone
from ci_kit.mysql.private.datadir import Template
from ci_kit.mysql.private.instance import ReplicationRole
from ci_kit.mysql.private.server import PrivateBooting, PrivateReady, PrivateServer
from ci_kit.settings.server_version import Flavour
from ci_kit.settings.settings import Settings

_ACCOUNT = "ci_kit_replica"
# One list for both products: each ignores the options that only the other supports.
_MEMBER = (
    "log_bin=binlog",
    "relay_log=relay",
    "loose_gtid_mode=ON",
    "loose_enforce_gtid_consistency=ON",
    "loose_gtid_strict_mode=ON",
    "loose_log_replica_updates=ON",
    "loose_log_slave_updates=ON",
)
_POLL = 0.01


@dataclass(frozen=True)
class ReplicatedServer:
    """A private server, the source, and as many read replicas as the settings ask for."""

    runner: Runner
    settings: Settings
    password: str = field(repr=False)
    origin: Template | None = None

    def start(self, cleanup: ExitStack) -> ReplicatedBooting:
        source = self._member(0).start(cleanup)
        token = source.instance.folder.token
        numbers = range(1, self.settings.replicas + 1)
        replicas = tuple(self._member(number, source=token).start(cleanup) for number in numbers)
        return ReplicatedBooting(self.runner, self.settings, source, replicas)

    def _member(self, number: int, source: str = "") -> PrivateServer:
        role = ReplicationRole((f"server_id={number + 1}", *_MEMBER), source, number)
        # The replicas get the data of the source by its binary log.
        origin = None if number else self.origin
        return PrivateServer(self.runner.host, self.settings, self.password, role, origin)


@dataclass(frozen=True)
class ReplicatedBooting:
    """A source and its replicas, which all start at the same time."""

    runner: Runner
    settings: Settings
    source: PrivateBooting
    replicas: tuple[PrivateBooting, ...]

    @property
    def host(self) -> Host:
        return self.runner.host

    def another(self) -> ReplicatedServer:
        """A source with the same login and data, and as many replicas."""
        password = self.source.instance.password
        return ReplicatedServer(self.runner, self.settings, password, self.source.origin_of_others)

    def memory(self) -> int:
        return sum(member.memory() for member in (self.source, *self.replicas))

    def ready(self) -> ReplicatedReady:
        """Wait until every replica has the data of the source."""
        ready = self.source.ready()
        password = secrets.token_urlsafe(18)
        self.runner.hide(password)
        login = self.source.root.as_user(_ACCOUNT, password)
        tests = ready.access.login
        logins = tuple(replica.root.as_user(tests.user, tests.password) for replica in self.replicas)
        with open_session(self.host, self.source.root) as source:
            for change in _replication_account(password):
                source.execute(change)
            for number, (replica, of_tests) in enumerate(zip(self.replicas, logins, strict=True), 1):
                with self._replication_errors(number, replica):
                    self._follow(replica, source, login, of_tests)
            leave_logins(source, self.settings, ())
        followers = tuple(
            replica.answering(Access(one, ready.access.version))
            for replica, one in zip(self.replicas, logins, strict=True)
        )
        return ReplicatedReady(replace(ready.access, replicas=logins), (ready, *followers))

    def _follow(self, replica: PrivateBooting, source: Session, login: Endpoint, of_tests: Endpoint) -> None:
        """Let a replica follow the source with ``login``, and wait until it has the same data."""
        flavour = self.source.instance.program.version.flavour
        with open_session(self.host, replica.await_login()) as session:
            for change in _follow_statements(flavour, login):
                session.execute(change)
            self._catch_up(source, session, flavour)
            session.execute(statement("SET SESSION sql_log_bin = 0"))
            # The zone tables of the source are replicated; its own zone is a setting, which is not.
            set_zone(session, replace(self.settings, time_zone_tables="none"))
            for change in _read_only_statements(session, flavour):
                session.execute(change)
            leave_logins(session, self.settings, (of_tests,))

    @contextmanager
    def _replication_errors(self, number: int, replica: PrivateBooting) -> Iterator[None]:
        """Give a failed login or statement of a replica the reason: a server that ended, or its own log."""
        try:
            yield
        except (LoginError, StatementError) as error:
            members = (self.source, *self.replicas)
            raise _first_lost(members) or UnavailableError(
                f"replica {number} does not replicate",
                why=error.why,
                details=last_errors(replica.instance.log_text()),
                todo="fix the cause that the lines above name; mysql-settings may be the reason",
            ) from error

    def _catch_up(self, source: Session, replica: Session, flavour: Flavour) -> None:
        if replica.dry:
            return
        position = str(source.rows(_POSITION[flavour])[0][0]).replace("\n", "")
        deadline = time.monotonic() + self.settings.boot_timeout
        while not replica.rows(_reached(flavour, position))[0][0]:
            status = _status(replica)
            problem = status.get("Last_IO_Error") or status.get("Last_SQL_Error")
            if problem:
                raise StatementError(0, self.host.redactor.redact(str(problem)))
            if time.monotonic() > deadline:
                raise StatementError(0, f"it did not catch up in {self.settings.boot_timeout} s")
            time.sleep(_POLL)


@dataclass(frozen=True)
class ReplicatedReady:
    """A source and its replicas, which all have the same data; ``members`` begins with the source."""

    access: Access
    members: tuple[PrivateReady, ...]

    def lost(self) -> UnavailableError | None:
        return _first_lost(self.members)

    def keep(self) -> None:
        for member in self.members:
            member.keep()


def _first_lost(members: Sequence[PrivateBooting | PrivateReady]) -> UnavailableError | None:
    """The error of the first member that is lost, with its place in the replication."""
    for number, member in enumerate(members):
        if problem := member.lost():
            problem.what += f" (replica {number})" if number else " (the source of the replicas)"
            return problem
    return None


def lag(host: Host, root: Endpoint) -> int | None:
    """The seconds a replica is behind its source; None if it does not replicate or does not answer."""
    try:
        with open_session(host, root) as session:
            status = _status(session)
    except (LoginError, StatementError):
        return None
    seconds = status.get("Seconds_Behind_Source", status.get("Seconds_Behind_Master"))
    return None if seconds is None else int(seconds)


def _status(session: Session) -> dict[str, Any]:
    """The status of a replica, by column. MariaDB supports the newer statement from 10.5 on."""
    return next(iter(session.mappings("SHOW REPLICA STATUS")), {})


def _replication_account(password: str) -> list[Statement]:
    changes = []
    for address in ("localhost", "127.0.0.1"):
        who = account(_ACCOUNT, address)
        changes += [
            statement(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY ", Secret(password)),
            statement(f"GRANT REPLICATION SLAVE ON *.* TO {who}"),
        ]
    return changes


def _follow_statements(flavour: Flavour, login: Endpoint) -> list[Statement]:
    """Sources: "CHANGE REPLICATION SOURCE TO" in MySQL's manual, "CHANGE MASTER TO" in MariaDB's."""
    word = "SOURCE" if flavour == "MySQL" else "MASTER"
    text = (
        f"{word}_HOST = {literal(login.host)}, {word}_PORT = {login.port},"
        f" {word}_USER = {literal(login.user)}, {word}_CONNECT_RETRY = 1, {word}_PASSWORD = "
    )
    password = Secret(login.password)
    if flavour == "MySQL":
        # caching_sha2_password requires TLS or the public key of the server.
        rest = ", SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1"
        change = statement("CHANGE REPLICATION SOURCE TO ", text, password, rest)
    else:
        change = statement("CHANGE MASTER TO ", text, password, ", MASTER_USE_GTID = slave_pos")
    return [change, statement("START REPLICA")]


_POSITION: dict[Flavour, str] = {
    "MySQL": "SELECT @@GLOBAL.gtid_executed",
    "MariaDB": "SELECT @@GLOBAL.gtid_binlog_pos",
}
"""The query for the position that a source has written."""


def _reached(flavour: Flavour, position: str) -> str:
    """The query whether a replica has reached a position; on MariaDB it gives -1 at once if not."""
    if flavour == "MySQL":
        return f"SELECT GTID_SUBSET({literal(position)}, @@GLOBAL.gtid_executed)"
    return f"SELECT MASTER_GTID_WAIT({literal(position)}, 0) = 0"


def _read_only_statements(session: Session, flavour: Flavour) -> list[Statement]:
    """The statements after which no account can write to a replica, not even root, which most tests use.

    MySQL has super_read_only for that. MariaDB lets accounts with certain privileges write: root loses them.
    """
    if flavour == "MySQL":
        return [statement("SET GLOBAL super_read_only = ON")]
    accounts = session.rows("SELECT User, Host FROM mysql.global_priv")
    revoked = [
        statement(f"REVOKE SUPER, READ ONLY ADMIN ON *.* FROM {account(user, host)}")
        for user, host in accounts
        if user == ROOT
    ]
    return [statement("SET GLOBAL read_only = ON"), *revoked]
