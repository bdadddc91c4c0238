"""A private server answers as a stock server does: one that a developer starts by hand, without ci-kit."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from mysql.connector import Error

from benchmarks.suites.server import PASSWORD as STOCK_PASSWORD
from benchmarks.suites.server import StockServer, free_port
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import LOOPBACK, ROOT, Endpoint
from tests.support.private_server import private, run, running
from tests.support.waiting import wait_until

PATHS = {
    "aria_log_dir_path",
    "datadir",
    "general_log_file",
    "init_file",
    "log_bin_basename",
    "log_bin_index",
    "pid_file",
    "relay_log_basename",
    "relay_log_index",
    "replica_load_tmpdir",
    "secure_file_priv",
    "slave_load_tmpdir",
    "slow_query_log_file",
    "socket",
    "tmpdir",
    "wsrep_data_home_dir",
}
OF_ONE_SERVER = {"gtid_executed", "port", "report_port", "server_uid", "server_uuid"}
DURABILITY = {
    "innodb_doublewrite",
    "innodb_flush_log_at_trx_commit",
    "innodb_flush_method",
    "sync_binlog",
}
# MariaDB derives the size of the buffer and of the relay log from those of the files.
SIZES_OF_FILES = {
    "binlog_expire_logs_seconds",
    "expire_logs_days",
    "innodb_log_buffer_size",
    "innodb_log_file_size",
    "innodb_redo_log_capacity",
    "max_binlog_size",
    "max_relay_log_size",
}
SETTINGS = {"character_set_server", "collation_server", "system_time_zone"}
"""The variables that follow the settings charset, collation and timezone."""

PREPARED = (
    "CREATE DATABASE shop",
    "CREATE USER app@localhost IDENTIFIED BY 'Pass-1'",
    "GRANT ALL ON shop.* TO app@localhost",
    "CREATE TABLE shop.seat (id INT PRIMARY KEY, owner VARCHAR(20))",
    "CREATE TABLE shop.old (id INT) ENGINE=MyISAM",
)


@dataclass(frozen=True)
class Pair:
    """A stock server and a private server of the same program, with the same tables."""

    stock: Endpoint
    private: Endpoint
    is_mysql: bool

    def errors(self, user: str, *statements: str) -> list[int]:
        """The error number of the stock server and that of the private one; 0 without an error."""
        return [_error(server, user, statements) for server in (self.stock, self.private)]

    def differences(self, query: str) -> set[str]:
        """The names whose values differ, in a query for names and values."""
        stock, private = (dict(run(server, query)) for server in (self.stock, self.private))
        return {name for name in stock.keys() | private.keys() if stock.get(name) != private.get(name)}


def _error(server: Endpoint, user: str, statements: tuple[str, ...]) -> int:
    login = server if user == ROOT else server.as_user(user, "Pass-1")
    try:
        run(login, *statements, database="shop")
    except Error as error:
        return error.errno or -1
    return 0


@contextmanager
def stock_server(program: str) -> Iterator[Endpoint]:
    server, port = StockServer(Path(program)), free_port()
    try:
        with server.running(port):
            yield Endpoint(LOOPBACK, port, ROOT, STOCK_PASSWORD)
    finally:
        server.remove()


@pytest.fixture(scope="module", params=["mysqld", "mariadbd"], ids=["mysql", "mariadb"])
def pair(
    request: pytest.FixtureRequest, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    program = request.getfixturevalue(request.param)
    project = tmp_path_factory.mktemp("project")
    with stock_server(program) as stock, running(private(host, project, program)) as own:
        for server in (stock, own):
            run(server, *PREPARED)
        yield Pair(stock, own, is_mysql=request.param == "mysqld")


@pytest.mark.parametrize(
    ("user", "statements", "of_mysql"),
    [
        ("root", ["CREATE FUNCTION one() RETURNS INT RETURN 1"], 1418),
        ("root", ["CREATE FUNCTION two() RETURNS INT DETERMINISTIC RETURN 2"], 0),
        ("app", ["CREATE FUNCTION three() RETURNS INT DETERMINISTIC RETURN 3"], 1419),
        ("app", ["CREATE TRIGGER t BEFORE INSERT ON seat FOR EACH ROW SET NEW.owner = 'me'"], 1419),
        ("app", ["START TRANSACTION", "INSERT INTO seat VALUES (1, '')", "INSERT INTO old VALUES (1)"], 1785),
        ("app", ["SET sql_log_bin = 0"], 1227),
    ],
)
def test_it_refuses_what_a_stock_server_refuses(
    pair: Pair, user: str, statements: list[str], of_mysql: int
) -> None:
    stock, own = pair.errors(user, *statements)
    assert own == stock
    if pair.is_mysql:
        assert own == of_mysql


@pytest.mark.parametrize("statement", ["SHOW BINARY LOGS", "SHOW BINARY LOG STATUS", "SHOW MASTER STATUS"])
def test_the_statements_about_the_binary_log_answer_alike(pair: Pair, statement: str) -> None:
    stock, own = pair.errors("root", statement)
    assert own == stock


def test_its_variables_are_those_of_a_stock_server(pair: Pair) -> None:
    expected = PATHS | OF_ONE_SERVER | DURABILITY | SIZES_OF_FILES | SETTINGS
    assert pair.differences("SHOW GLOBAL VARIABLES") - expected == set()


def test_its_accounts_are_those_of_a_stock_server(pair: Pair) -> None:
    # With a test database, MariaDB's installer adds anonymous accounts and rights for PUBLIC.
    query = "SELECT CONCAT(user, '@', host), plugin FROM mysql.user WHERE user <> '' AND host <> ''"
    assert pair.differences(query) == set()


def test_durable_is_the_durability_of_a_stock_server(
    pair: Pair, host: Host, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    program = request.getfixturevalue("mysqld" if pair.is_mysql else "mariadbd")
    with running(private(host, tmp_path, program, durable=True)) as own:
        durable = Pair(pair.stock, own, is_mysql=pair.is_mysql)
        names = "', '".join((*DURABILITY, "binlog_expire_logs_seconds", "max_binlog_size"))
        assert durable.differences(f"SHOW GLOBAL VARIABLES WHERE variable_name IN ('{names}')") == set()


def test_a_server_removes_the_old_files_of_its_binary_log(host: Host, server: str, tmp_path: Path) -> None:
    # MariaDB has a binary log only if it is asked for.
    with running(
        private(host, tmp_path, server, mysql_settings="log_bin=binlog loose_binlog_format=ROW")
    ) as own:
        row = "INSERT INTO test.t VALUES (REPEAT('x', 12000000))"
        run(own, "CREATE TABLE test.t (c LONGBLOB)", *[row] * 4, autocommit=True)
        before = [name for name, *_ in run(own, "SHOW BINARY LOGS")]
        assert len(before) > 2
        assert own.socket is not None
        past = time.time() - 120
        for name in before:
            os.utime(own.socket.parent / "data" / name, (past, past))

        def the_first_is_gone() -> bool:
            # MariaDB releases a file a moment after the transactions in it are complete.
            return before[0] not in [name for name, *_ in run(own, "FLUSH BINARY LOGS", "SHOW BINARY LOGS")]

        wait_until(the_first_is_gone, "the removal of the first file")


def test_the_project_may_turn_the_binary_log_off(host: Host, mysqld: str, tmp_path: Path) -> None:
    with running(private(host, tmp_path, mysqld, mysql_settings="skip-log-bin")) as own:
        assert run(own, "SELECT @@log_bin") == [(0,)]
