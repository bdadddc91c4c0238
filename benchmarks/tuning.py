"""Measures a suite with many table changes and commits on one server program with different settings."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from mysql.connector import connect

from benchmarks.arguments import parse_arguments
from benchmarks.bare import BareServer, end
from benchmarks.side_by_side import measure, table
from ci_kit.console import Console
from ci_kit.host.machine import Host
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings

TABLES, TESTS, COMMITS = 12, 10, 40
STOCK = "the program's own settings, data on disk"


def suite(**login: Any) -> None:
    """Act as a test suite does: create the tables, then, for each test, commit rows and empty the tables."""
    with connect(**login, use_pure=True, autocommit=True, collation="utf8mb4_general_ci") as connection:
        execute = connection.cmd_query
        execute("CREATE DATABASE suite")
        execute("USE suite")
        for number in range(TABLES):
            parent = f", FOREIGN KEY (parent) REFERENCES t{number - 1} (id)" if number else ""
            columns = "id INT PRIMARY KEY AUTO_INCREMENT, parent INT, name VARCHAR(80), made DATETIME"
            execute(f"CREATE TABLE t{number} ({columns}, UNIQUE (name), INDEX (made){parent})")
        for test in range(TESTS):
            for commit in range(COMMITS):
                execute(f"INSERT INTO t0 (name, made) VALUES ('{test}-{commit}', NOW())")  # noqa: S608
            execute("SET foreign_key_checks = 0")
            for number in range(TABLES):
                execute(f"TRUNCATE t{number}")
            execute("SET foreign_key_checks = 1")
        execute("DROP DATABASE suite")


@contextmanager
def private(host: Host, project: Path, program: str, **flags: Any) -> Iterator[Callable[[], None]]:
    settings = load_settings(project, {}, {"mysqld": program} | flags)
    with ExitStack() as cleanup:
        socket = PrivateServer(host, settings, "password").start(cleanup).ready().access.login.socket
        yield lambda: suite(unix_socket=str(socket), user="root", password="password")  # noqa: S106


@contextmanager
def stock(program: str) -> Iterator[Callable[[], None]]:
    bare = BareServer(program, tempfile.gettempdir())
    try:
        child = bare.boot(bare.initialised)
        try:
            yield lambda: suite(unix_socket=str(bare.socket), user="root")
        finally:
            end(child)
    finally:
        bare.remove()


def main() -> None:
    arguments = parse_arguments(__doc__, products=["MySQL"])
    host = Host(Console(verbosity=-1))
    with ExitStack() as servers, tempfile.TemporaryDirectory() as project:
        folder = Path(project)
        ways = {
            STOCK: stock(arguments.mysqld),
            "ci-kit, durable": private(host, folder, arguments.mysqld, durable=True),
            "ci-kit, data on disk, as with a service": private(
                host, folder, arguments.mysqld, mysql_datadir=tempfile.gettempdir()
            ),
            "ci-kit, without a binary log": private(
                host, folder, arguments.mysqld, mysql_settings="skip-log-bin"
            ),
            "ci-kit": private(host, folder, arguments.mysqld),
        }
        times = measure({name: servers.enter_context(way) for name, way in ways.items()}, arguments.rounds)
    print(table(times, STOCK))


if __name__ == "__main__":
    main()
