"""A login at a server, and the statements carried out in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ci_kit.errors import UnavailableError
from ci_kit.host import Host
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.sql import Secret, Statement, statement
from ci_kit.mysql.version import Version, parse_version

if TYPE_CHECKING:
    from mysql.connector import Error
    from mysql.connector.connection import MySQLConnection

ACCESS_DENIED = frozenset({1045, 1698})
"""Error numbers of a server that is up and refuses the login: ER_ACCESS_DENIED_ERROR, and the same for
an account that is not logged in to by a password."""

HOST_NOT_ALLOWED = 1130
"""ER_HOST_NOT_PRIVILEGED: no account matches the address the login comes from."""

_SILENT = {
    3024: "it accepts connections and says nothing, as no MySQL or MariaDB server does that is well",
    2013: "it accepts connections and closes them before a login",
}
"""What the driver's error numbers for reads that time out or break off mean at a login."""

# ER_MUST_CHANGE_PASSWORD_LOGIN; MariaDB lets the login in and refuses all else: ER_MUST_CHANGE_PASSWORD.
_EXPIRED = frozenset({1862, 1820})
# ER_ACCOUNT_HAS_BEEN_LOCKED of MySQL and of MariaDB; ER_PLUGIN_IS_NOT_LOADED, as of an account that logs in
# by a plugin which a newer server no longer has; CR_AUTH_PLUGIN_CANNOT_LOAD.
_NO_LOGIN = frozenset({3118, 4151, 1524, 2059})

Answer: TypeAlias = Literal["welcome", "expired", "refused"]
"""What a server that is up says to a login."""

_LOGIN_TIMEOUT = 10.0
_POLL = 0.01


class LoginError(UnavailableError):
    """A login that did not succeed. ``number`` is MySQL's error number; the text holds no password."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__("a login at the server did not succeed", why=text)
        self.number = number

    @property
    def refused(self) -> bool:
        """Whether the server is up and said no, so that waiting changes nothing."""
        return self.number in ACCESS_DENIED | _EXPIRED | _NO_LOGIN | {HOST_NOT_ALLOWED}


class StatementError(UnavailableError):
    """A statement that the server refused. ``number`` is MySQL's error number."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__("the server refused a statement", why=text)
        self.number = number


class Session:
    """An open login; in a dry run there is none, statements are printed and queries give no rows."""

    def __init__(self, host: Host, connection: MySQLConnection | None) -> None:
        self._host = host
        self._connection = connection

    @property
    def dry(self) -> bool:
        return self._connection is None

    def execute(self, change: Statement) -> None:
        """Carry out a statement that changes something."""

        def do() -> None:
            self._fetch(change.text)

        self._host.act(f"mysql> {change.shown};", do, assumed=None)

    def execute_script(self, sql: bytes, *, shown: str) -> None:
        """Carry out statements with semicolons between them, as they are, in the server's own sql_mode."""

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
                raise self._refused(error) from None

        self._host.act(f"mysql> {shown}", do, assumed=None)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query that only looks."""
        return self._fetch(query)

    def mappings(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query that only looks, by the names of their columns."""
        names: list[str] = []
        return [dict(zip(names, row, strict=True)) for row in self._fetch(query, names)]

    def version(self) -> Version | None:
        """What the server says it is; None in a dry run."""
        rows = self.rows("SELECT VERSION()")
        return parse_version(str(rows[0][0])) if rows else None

    def _fetch(self, text: str, names: list[str] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a statement; the columns' names are added to ``names``."""
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
            raise self._refused(error) from None

    def _refused(self, error: Error) -> StatementError:
        return StatementError(error.errno or 0, self._host.redactor.redact(str(error)))


@contextmanager
def open_session(host: Host, endpoint: Endpoint, *, over_socket: bool = True) -> Iterator[Session]:
    """A login at the endpoint, by its socket where it has one. Raises LoginError."""
    connection = host.act(
        f"# log in as {endpoint}", lambda: _connect(endpoint, over_socket=over_socket), assumed=None
    )
    try:
        session = Session(host, connection)
        # Literals are escaped with backslashes, whatever mode the server was given for others.
        session.execute(statement("SET SESSION sql_mode = ''"))
        yield session
    finally:
        if connection is not None:
            connection.close()


def wait_for_login(
    host: Host, endpoint: Endpoint, *, seconds: float, alive: Callable[[], None], over_socket: bool = True
) -> None:
    """Wait until a login succeeds: only that is readiness, a port that accepts is not yet a server.

    ``alive`` is called between the tries and raises if there is nothing left to wait for. Raises LoginError
    at once if the server answers no, and at the end of the time.
    """

    def do() -> None:
        deadline = time.monotonic() + seconds
        while True:
            alive()
            left = max(deadline - time.monotonic(), _POLL)
            try:
                _connect(endpoint, over_socket=over_socket, seconds=min(left, _LOGIN_TIMEOUT)).close()
            except LoginError as error:
                if error.refused or time.monotonic() > deadline:
                    raise
            else:
                return
            time.sleep(_POLL)

    host.act(f"# wait until a login as {endpoint} succeeds, at most {seconds:g} s", do, assumed=None)


def try_login(
    host: Host, endpoint: Endpoint, *, over_socket: bool = True, assumed: Answer = "welcome"
) -> Answer:
    """What the server, which is up, says to a login; a dry run goes on with what is ``assumed``."""

    def do() -> Answer:
        from mysql.connector import Error

        try:
            connection = _connect(endpoint, over_socket=over_socket)
        except LoginError as error:
            if error.number in _EXPIRED:
                return "expired"
            if error.refused:
                return "refused"
            raise
        try:
            connection.cmd_query("DO 0")
        except Error as error:
            if error.errno in _EXPIRED:
                return "expired"
            raise LoginError(error.errno or 0, error.msg or str(error)) from None
        else:
            return "welcome"
        finally:
            connection.close()

    return host.act(f"# try a login as {endpoint}", do, assumed=assumed)


def can_log_in(host: Host, endpoint: Endpoint, *, over_socket: bool = True) -> bool:
    """Whether the server, which is up, takes this login; a dry run assumes that it does."""
    return try_login(host, endpoint, over_socket=over_socket) == "welcome"


def can_log_in_plainly(host: Host, endpoint: Endpoint) -> bool:
    """Whether the server takes this login over TCP from a client that has neither TLS nor RSA."""

    def do() -> bool:
        try:
            _connect(endpoint, over_socket=False, tls=False).close()
        except LoginError:
            return False
        return True

    return host.act(f"# try a login as {endpoint}, without TLS", do, assumed=True)


def renew_password(host: Host, endpoint: Endpoint, password: str) -> None:
    """Give an account whose password has expired another one, which is all that the server takes from it.

    Comments for MariaDB alone are passed over by MySQL: MariaDB wants the function PASSWORD(), which MySQL no
    longer has. Raises LoginError.
    """
    from mysql.connector import Error

    change = statement("SET PASSWORD = /*M! PASSWORD( */ ", Secret(password), " /*M! ) */")

    def do() -> None:
        connection = _connect(endpoint, over_socket=True, expired=True)
        try:
            connection.cmd_query(change.text)
        except Error as error:
            raise LoginError(error.errno or 0, error.msg or str(error)) from None
        finally:
            connection.close()

    host.act(f"# log in as {endpoint}, whose password has expired\nmysql> {change.shown};", do, assumed=None)


def _connect(
    endpoint: Endpoint,
    *,
    over_socket: bool,
    seconds: float = _LOGIN_TIMEOUT,
    expired: bool = False,
    tls: bool = True,
) -> MySQLConnection:
    from mysql.connector import Error
    from mysql.connector.connection import MySQLConnection
    from mysql.connector.constants import ClientFlag

    place: dict[str, Any] = (
        {"unix_socket": str(endpoint.socket)}
        if over_socket and endpoint.socket
        else {"host": endpoint.host, "port": endpoint.port}
    )
    try:
        return (_silent_connection() if expired else MySQLConnection)(
            **place,
            user=endpoint.user,
            password=endpoint.password,
            connection_timeout=seconds,
            ssl_disabled=not tls,
            autocommit=True,
            # One that every supported server knows; the driver's default is only MySQL's.
            charset="utf8mb4",
            collation="utf8mb4_general_ci",
            client_flags=[ClientFlag.CAN_HANDLE_EXPIRED_PASSWORDS] if expired else None,
        )
    except Error as error:
        number = _number(error)
        raise LoginError(number, _SILENT.get(number) or error.msg or str(error)) from None


def _number(error: Error) -> int:
    """The error's number. The driver has none where it does not do what the account's plugin asks for.

    MySQL asks for any plugin, also for an account that does not exist.
    """
    text = str(error)
    unanswered = "requires SSL" in text or ("plugin" in text and "not supported" in text)
    return 2059 if unanswered else error.errno or 0


def _silent_connection() -> type[MySQLConnection]:
    """A login that sends no statement by itself, which the server would refuse if the password has expired.

    The driver's own answer to that would be to set the password it was given, unescaped.
    """
    from mysql.connector.connection import MySQLConnection

    class Silent(MySQLConnection):
        def set_charset_collation(self, charset: Any = None, collation: Any = None) -> None:
            pass

    return Silent
