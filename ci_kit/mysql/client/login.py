"""Logins at a server: whether it answers, and whether it accepts a user and a password."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.sql import Secret, statement

if TYPE_CHECKING:
    from mysql.connector import Error
    from mysql.connector.connection import MySQLConnection

ACCESS_DENIED = frozenset({1045, 1698})
"""The error numbers of a running server that refuses a login.

ER_ACCESS_DENIED_ERROR is for accounts with a password, ER_ACCESS_DENIED_NO_PASSWORD_ERROR for the others.
"""

HOST_NOT_ALLOWED = 1130
"""ER_HOST_NOT_PRIVILEGED: no account matches the address that the login comes from."""

_UNANSWERED = {
    3024: "it accepts connections but sends nothing, unlike a healthy MySQL or MariaDB server",
    2013: "it accepts connections and closes them before a login",
}
"""What two error numbers of the driver mean at a login: a read that timed out, and one that broke off."""

# MySQL refuses the login with ER_MUST_CHANGE_PASSWORD_LOGIN. MariaDB accepts it and then refuses every other
# statement with ER_MUST_CHANGE_PASSWORD.
_PASSWORD_EXPIRED = frozenset({1862, 1820})
# A locked account: ER_ACCOUNT_HAS_BEEN_LOCKED of MySQL and of MariaDB.
# A lock for some time, after wrong passwords: ER_USER_IS_BLOCKED of MariaDB, and of MySQL
# ER_USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK.
# An account with a plugin that the server or the driver does not have: ER_PLUGIN_IS_NOT_LOADED and
# CR_AUTH_PLUGIN_CANNOT_LOAD.
_ACCOUNT_UNUSABLE = frozenset({3118, 4151, 3955, 4150, 1524, 2059})

LoginResult: TypeAlias = Literal["accepted", "expired", "refused"]
"""The answer of a running server to a login. ``expired`` is about the password."""

_LOGIN_TIMEOUT = 10.0
_POLL = 0.01


class LoginError(UnavailableError):
    """A login that failed. ``number`` is MySQL's error number; the text contains no password."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__("the login at the server failed", why=text)
        self.number = number

    @property
    def refused(self) -> bool:
        """Whether a running server refused the login, so that waiting does not help."""
        return self.number in ACCESS_DENIED | _PASSWORD_EXPIRED | _ACCOUNT_UNUSABLE | {HOST_NOT_ALLOWED}


def wait_for_login(
    host: Host, endpoint: Endpoint, *, seconds: float, before_attempt: Callable[[], None]
) -> None:
    """Wait until a login succeeds. A port that accepts connections does not prove that the server is ready.

    ``before_attempt`` is called before each attempt. It can end the wait by an exception of its own.
    Raises LoginError at once if the server refuses the login, or else after ``seconds``.
    """

    def do() -> None:
        deadline = time.monotonic() + seconds
        while True:
            before_attempt()
            left = max(deadline - time.monotonic(), _POLL)
            try:
                connect(endpoint, seconds=min(left, _LOGIN_TIMEOUT)).close()
            except LoginError as error:
                if error.refused or time.monotonic() > deadline:
                    raise
            else:
                return
            time.sleep(_POLL)

    host.act(f"# wait until a login as {endpoint} succeeds, at most {seconds:g} s", do, assumed=None)


def try_login(
    host: Host, endpoint: Endpoint, *, over_socket: bool = True, assumed: LoginResult = "accepted"
) -> LoginResult:
    """The answer of a running server to a login; a dry run gives the one that is ``assumed``.

    Raises LoginError if the server does not answer.
    """

    def do() -> LoginResult:
        from mysql.connector import Error

        try:
            connection = connect(endpoint, over_socket=over_socket)
        except LoginError as error:
            if error.number in _PASSWORD_EXPIRED:
                return "expired"
            if error.refused:
                return "refused"
            raise
        try:
            connection.cmd_query("DO 0")
        except Error as error:
            if error.errno in _PASSWORD_EXPIRED:
                return "expired"
            raise LoginError(error.errno or 0, error.msg or str(error)) from None
        else:
            return "accepted"
        finally:
            connection.close()

    return host.act(f"# try a login as {endpoint}", do, assumed=assumed)


def can_log_in(host: Host, endpoint: Endpoint, *, over_socket: bool = True) -> bool:
    """Whether a running server accepts this login; a dry run assumes that it does."""
    return try_login(host, endpoint, over_socket=over_socket) == "accepted"


def can_log_in_without_tls(host: Host, endpoint: Endpoint) -> bool:
    """Whether the server accepts this login over TCP from a client without TLS and RSA."""

    def do() -> bool:
        try:
            connect(endpoint, over_socket=False, tls=False).close()
        except LoginError:
            return False
        return True

    return host.act(f"# try a login as {endpoint}, without TLS", do, assumed=True)


def replace_expired_password(host: Host, endpoint: Endpoint, password: str) -> None:
    """Set a new password for an account with an expired one. Raises LoginError.

    The server accepts only this statement from such an account. MariaDB requires the function PASSWORD(),
    which MySQL no longer has. So the function is in a comment that only MariaDB runs.
    """
    from mysql.connector import Error

    change = statement("SET PASSWORD = /*M! PASSWORD( */ ", Secret(password), " /*M! ) */")

    def do() -> None:
        connection = connect(endpoint, expired=True)
        try:
            connection.cmd_query(change.text)
        except Error as error:
            raise LoginError(error.errno or 0, error.msg or str(error)) from None
        finally:
            connection.close()

    host.act(f"# log in as {endpoint}, whose password has expired\nmysql> {change.shown};", do, assumed=None)


def connect(
    endpoint: Endpoint,
    *,
    over_socket: bool = True,
    seconds: float = _LOGIN_TIMEOUT,
    expired: bool = False,
    tls: bool = True,
) -> MySQLConnection:
    """An open connection, over the socket if the endpoint has one. Raises LoginError.

    ``seconds`` limits the wait for each answer. ``expired`` means that the password may have expired.
    """
    from mysql.connector import Error
    from mysql.connector.connection import MySQLConnection
    from mysql.connector.constants import ClientFlag

    place: dict[str, Any] = (
        {"unix_socket": str(endpoint.socket)}
        if over_socket and endpoint.socket
        else {"host": endpoint.host, "port": endpoint.port}
    )
    try:
        return (_connection_without_statements() if expired else MySQLConnection)(
            **place,
            user=endpoint.user,
            password=endpoint.password,
            connection_timeout=seconds,
            ssl_disabled=not tls,
            autocommit=True,
            # Every supported server has this collation. Only MySQL has the driver's default.
            charset="utf8mb4",
            collation="utf8mb4_general_ci",
            client_flags=[ClientFlag.CAN_HANDLE_EXPIRED_PASSWORDS] if expired else None,
        )
    except Error as error:
        number = _number(error)
        raise LoginError(number, _UNANSWERED.get(number) or error.msg or str(error)) from None


def _number(error: Error) -> int:
    """The error's number; CR_AUTH_PLUGIN_CANNOT_LOAD if the driver cannot use the account's plugin.

    The driver gives such an error no number. MySQL may name any plugin, even for an account that does not
    exist.
    """
    text = str(error)
    unusable = "requires SSL" in text or ("plugin" in text and "not supported" in text)
    return 2059 if unusable else error.errno or 0


def _connection_without_statements() -> type[MySQLConnection]:
    """A connection that sends no statement by itself.

    If the password has expired, the server refuses such a statement. The driver would then set the password
    that it was given, without escaping it.
    """
    from mysql.connector.connection import MySQLConnection

    class WithoutStatements(MySQLConnection):
        def set_charset_collation(self, charset: Any = None, collation: Any = None) -> None:
            pass

    return WithoutStatements
