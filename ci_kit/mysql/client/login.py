"""Logins at a server: whether it is there, and what it says to a user and a password."""

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
# ER_ACCOUNT_HAS_BEEN_LOCKED of MySQL and of MariaDB; locked for a while, after too many wrong passwords:
# ER_USER_ACCESS_DENIED_FOR_USER_ACCOUNT_BLOCKED_BY_PASSWORD_LOCK of MySQL, ER_USER_IS_BLOCKED of MariaDB;
# ER_PLUGIN_IS_NOT_LOADED, as of an account that logs in by a plugin which a newer server no longer has;
# CR_AUTH_PLUGIN_CANNOT_LOAD.
_NO_LOGIN = frozenset({3118, 4151, 3955, 4150, 1524, 2059})

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


def wait_for_login(host: Host, endpoint: Endpoint, *, seconds: float, alive: Callable[[], None]) -> None:
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
                connect(endpoint, seconds=min(left, _LOGIN_TIMEOUT)).close()
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
            connection = connect(endpoint, over_socket=over_socket)
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
            connect(endpoint, over_socket=False, tls=False).close()
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
    """An open login, by the socket where there is one. Raises LoginError."""
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
