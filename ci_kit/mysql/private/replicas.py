"""A private server with read replicas beside it: servers that follow it by GTID and take no writes."""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import LoginError
from ci_kit.mysql.client.server import Ready
from ci_kit.mysql.client.session import Session, StatementError, open_session
from ci_kit.mysql.client.sql import Secret, Statement, account, literal, statement
from ci_kit.mysql.client.version import Flavour
from ci_kit.mysql.prepare.accounts import ROOT, log_in_once
from ci_kit.mysql.prepare.time_zone import set_zone
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import Settings

_ACCOUNT = "ci_kit_replica"
# One list for both products: each passes over what only the other knows.
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


class ReplicatedServer:
    """All of them boot side by side; the tests begin when each replica has what the source has."""

    shared = False

    def __init__(self, host: Host, settings: Settings, password: str) -> None:
        self._host = host
        self._settings = settings
        self._password = secrets.token_urlsafe(18)
        host.redactor.add(self._password)

        def member(number: int) -> PrivateServer:
            lines = (f"server_id={number + 1}", *_MEMBER)
            source = self._source.token if number else ""
            return PrivateServer(host, settings, password, member=lines, source=source, replica=number)

        self._source = member(0)
        self._replicas = [member(number) for number in range(1, settings.replicas + 1)]

    def start(self) -> None:
        for server in self._all:
            server.start()

    def ready(self) -> Ready:
        ready = self._source.ready()
        flavour = self._source.version.flavour
        with open_session(self._host, self._source.root) as source:
            for change in _replication_account(self._password):
                source.execute(change)
            followed = [self._follow(number, source, flavour) for number in range(len(self._replicas))]
        logins = tuple(root.as_user(ready.login.user, ready.login.password) for root in followed)
        for login in logins:
            log_in_once(self._host, login)
        return replace(ready, replicas=logins)

    def keep(self) -> None:
        for server in self._all:
            server.keep()

    def lost(self) -> UnavailableError | None:
        for number, server in enumerate(self._all):
            if problem := server.lost():
                problem.what += f" (replica {number})" if number else " (the replicas' source)"
                return problem
        return None

    def stop(self) -> None:
        with ExitStack() as each:
            for server in self._all:
                each.callback(server.stop)

    @property
    def _all(self) -> list[PrivateServer]:
        return [self._source, *self._replicas]

    def _follow(self, number: int, source: Session, flavour: Flavour) -> Endpoint:
        """Have a replica follow the source, and wait until it has caught up; gives root's login there."""
        server = self._replicas[number]
        try:
            root = server.await_login()
            with open_session(self._host, root) as session:
                for change in _follow_statements(flavour, self._source.root, self._password):
                    session.execute(change)
                self._catch_up(source, session, flavour)
                session.execute(statement("SET SESSION sql_log_bin = 0"))
                # The source's zone is a setting of its own, which is not replicated; its tables are.
                set_zone(session, replace(self._settings, time_zone_tables="none"))
                for change in _read_only_statements(session, flavour):
                    session.execute(change)
        except (LoginError, StatementError) as error:
            if problem := self.lost():
                raise problem from error
            raise UnavailableError(
                f"replica {number + 1} does not replicate",
                why=error.why,
                details=server.telling_lines(),
                todo="look at the lines above; mysql-settings can be in the way",
            ) from error
        return root

    def _catch_up(self, source: Session, replica: Session, flavour: Flavour) -> None:
        if replica.dry:
            return
        wanted = str(source.rows(_POSITION[flavour])[0][0]).replace("\n", "")
        deadline = time.monotonic() + self._settings.boot_timeout
        while not replica.rows(_reached(flavour, wanted))[0][0]:
            status = _status(replica)
            problem = status.get("Last_IO_Error") or status.get("Last_SQL_Error")
            if problem:
                raise StatementError(0, self._host.redactor.redact(str(problem)))
            if time.monotonic() > deadline:
                raise StatementError(0, f"it did not catch up in {self._settings.boot_timeout} s")
            time.sleep(_POLL)


def lag(host: Host, root: Endpoint) -> int | None:
    """Seconds by which a replica is behind its source; None if it does not replicate or does not answer."""
    try:
        with open_session(host, root) as session:
            status = _status(session)
    except (LoginError, StatementError):
        return None
    seconds = status.get("Seconds_Behind_Source", status.get("Seconds_Behind_Master"))
    return None if seconds is None else int(seconds)


def _status(session: Session) -> dict[str, Any]:
    """The one row of a replica's status, by column. MariaDB knows the newer words too, from 10.5 on."""
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


def _follow_statements(flavour: Flavour, source: Endpoint, password: str) -> list[Statement]:
    """Sources: "CHANGE REPLICATION SOURCE TO" in MySQL's manual, "CHANGE MASTER TO" in MariaDB's."""
    word = "SOURCE" if flavour == "MySQL" else "MASTER"
    login = (
        f"{word}_HOST = {literal(source.host)}, {word}_PORT = {source.port},"
        f" {word}_USER = {literal(_ACCOUNT)}, {word}_CONNECT_RETRY = 1, {word}_PASSWORD = "
    )
    if flavour == "MySQL":
        # caching_sha2_password wants TLS or the server's key, which a server of ci-kit's is asked for.
        rest = ", SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1"
        change = statement("CHANGE REPLICATION SOURCE TO ", login, Secret(password), rest)
    else:
        change = statement("CHANGE MASTER TO ", login, Secret(password), ", MASTER_USE_GTID = slave_pos")
    return [change, statement("START REPLICA")]


_POSITION: dict[Flavour, str] = {
    "MySQL": "SELECT @@GLOBAL.gtid_executed",
    "MariaDB": "SELECT @@GLOBAL.gtid_binlog_pos",
}
"""What a source has written."""


def _reached(flavour: Flavour, position: str) -> str:
    """A query whether a replica has come to a position; MariaDB's answers -1 at once if not."""
    if flavour == "MySQL":
        return f"SELECT GTID_SUBSET({literal(position)}, @@GLOBAL.gtid_executed)"
    return f"SELECT MASTER_GTID_WAIT({literal(position)}, 0) = 0"


def _read_only_statements(session: Session, flavour: Flavour) -> list[Statement]:
    """Nobody writes to a replica, root least of all: it is who most tests log in as.

    MySQL has a switch for that. MariaDB lets those pass who have a privilege, and root has it.
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
