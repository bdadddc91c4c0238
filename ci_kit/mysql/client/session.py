"""Sessions: SQL statements and queries on one connection to a server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.login import connect
from ci_kit.mysql.client.sql import Statement, statement
from ci_kit.mysql.client.version import Version, parse_version

if TYPE_CHECKING:
    from mysql.connector import Error
    from mysql.connector.connection import MySQLConnection


_LOCK_WAIT = 60  # seconds


class StatementError(UnavailableError):
    """The server refused a statement. ``number`` is MySQL's error number."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__("the server refused a statement", why=text)
        self.number = number


class Session:
    """A session at a server. A dry run has no connection: it prints statements, and queries give no rows."""

    def __init__(self, host: Host, connection: MySQLConnection | None) -> None:
        self.host = host
        self._connection = connection

    @property
    def dry(self) -> bool:
        return self._connection is None

    def execute(self, change: Statement) -> None:
        """Run a statement that changes something. Raises StatementError."""

        def do() -> None:
            self._fetch(change.text)

        self.host.act(f"mysql> {change.shown};", do, assumed=None)

    def execute_script(self, sql: bytes, *, shown: str) -> None:
        """Run SQL statements, separated by semicolons, in the sql_mode of the server.

        ``shown`` stands for them in the output. Raises StatementError.
        """

        def do() -> None:
            from mysql.connector import Error

            if self._connection is None:
                return
            self._fetch("SET SESSION sql_mode = @@GLOBAL.sql_mode")
            try:
                for result in self._connection.cmd_query_iter(sql):
                    if "columns" in result:
                        self._connection.get_rows()
            except Error as error:
                raise self._statement_error(error) from None

        self.host.act(f"mysql> {shown}", do, assumed=None)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query that changes nothing. Raises StatementError."""
        return self._fetch(query)

    def mappings(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query that changes nothing, by column name. Raises StatementError."""
        names: list[str] = []
        return [dict(zip(names, row, strict=True)) for row in self._fetch(query, names)]

    def version(self) -> Version | None:
        """The version that the server reports; None in a dry run."""
        rows = self.rows("SELECT VERSION()")
        return parse_version(str(rows[0][0])) if rows else None

    def _fetch(self, text: str, names: list[str] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement; the column names are added to ``names``."""
        from mysql.connector import Error

        if self._connection is None:
            return []
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(text)
                if names is not None:
                    names += [column[0] for column in cursor.description or ()]
                return [tuple(row) for row in cursor.fetchall()] if cursor.description else []
        except Error as error:
            raise self._statement_error(error) from None

    def _statement_error(self, error: Error) -> StatementError:
        return StatementError(error.errno or 0, self.host.redactor.redact(str(error)))


@contextmanager
def open_session(host: Host, endpoint: Endpoint) -> Iterator[Session]:
    """A session with the login of the endpoint, over its socket if it has one. Raises LoginError."""
    connection = host.act(f"# log in as {endpoint}", lambda: connect(endpoint), assumed=None)
    try:
        session = Session(host, connection)
        # Backslashes escape characters in literals only without NO_BACKSLASH_ESCAPES in the sql_mode.
        # By default, a server waits a year for a lock that another session holds.
        session.execute(statement(f"SET SESSION sql_mode = '', lock_wait_timeout = {_LOCK_WAIT}"))
        yield session
    finally:
        if connection is not None:
            connection.close()
