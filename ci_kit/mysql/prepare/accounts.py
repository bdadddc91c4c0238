"""Accounts of a running server: root's passwords, the user of the tests, and whether they can log in."""

from __future__ import annotations

from collections.abc import Iterable

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import LOOPBACK, ROOT, Endpoint
from ci_kit.mysql.client.login import can_log_in, can_log_in_without_tls
from ci_kit.mysql.client.session import Session
from ci_kit.mysql.client.sql import IDENTIFIER_LIMIT, Secret, Statement, account, identifier, statement
from ci_kit.mysql.prepare.password_rules import set_password
from ci_kit.settings.settings import Settings

_ADDRESSES = ("localhost", "%")


def set_root_password(password: str, *, address: str = "localhost") -> Statement:
    """The statement that sets the password of root@localhost, or of root at another address.

    It works whatever the account logged in with before. MySQL keeps an account on auth_socket unless the
    statement names a plugin. MariaDB has other plugins: it ignores a comment for MySQL versions from 5.7.0
    ("Comment Syntax" in its manual) and uses its own default.
    """
    plugin = "/*!80000 WITH caching_sha2_password */"
    return statement("ALTER USER ", account(ROOT, address), f" IDENTIFIED {plugin} BY ", Secret(password))


def set_root_passwords(session: Session, password: str) -> None:
    """Set the same password for every root account, whatever its address."""
    found = session.rows("SELECT host FROM mysql.user WHERE user = 'root'")
    for address in [name for (name,) in found] or ["localhost", "%"]:
        set_password(session, set_root_password(password, address=address), account=ROOT)


def create_user(session: Session, login: Endpoint, databases: tuple[str, ...]) -> None:
    """Create the user of the tests with all rights on the databases, on ``DATABASE_…`` and on ``test_…``.

    Tortoise, Django, pytest-xdist suites and others create databases with such names for their tests.
    """
    for address in _ADDRESSES:
        who = account(login.user, address)
        for change in ("CREATE USER IF NOT EXISTS", "ALTER USER"):
            sql = statement(f"{change} {who} IDENTIFIED BY ", Secret(login.password))
            set_password(session, sql, account=who)
    grant_databases(session, login.user, databases)


def grant_databases(session: Session, user: str, databases: tuple[str, ...]) -> None:
    """Give a user all rights on the databases, on ``DATABASE_…`` and on ``test_…``."""
    wildcards = _has_wildcards(session)
    scopes = [scope for name in databases for scope in _scopes(name, wildcards=wildcards)]
    for address in _ADDRESSES:
        for scope in (*scopes, r"`test\_%`"):
            session.execute(statement(f"GRANT ALL PRIVILEGES ON {scope}.* TO {account(user, address)}"))


def _scopes(database: str, *, wildcards: bool) -> list[str]:
    """The database and those named ``DATABASE_…``, as a GRANT names them."""
    if not wildcards:
        return [identifier(database)]
    escaped = _escape_wildcards(database)
    # The grant tables have room for so many characters.
    longer = [f"{escaped}\\_%"] if len(escaped) + len("\\_%") <= IDENTIFIER_LIMIT else []
    return [identifier(escaped), *map(identifier, longer)]


def _has_wildcards(session: Session) -> bool:
    """Whether _ and % in the database of a GRANT are wildcards (MySQL's manual, "partial_revokes")."""
    rows = session.rows("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'")
    return not rows or rows[0][1] != "ON"


def _escape_wildcards(database: str) -> str:
    return database.replace("\\", "\\\\").replace("_", r"\_").replace("%", r"\%")


def allow_root_over_tcp(host: Host, session: Session, root: Endpoint) -> None:
    """Make sure that root can log in over TCP too. Raises UnavailableError.

    With ``skip-name-resolve``, a server does not match a connection from 127.0.0.1 with root@localhost.
    """
    if log_in_once(host, root):
        return
    who = account(ROOT, LOOPBACK)
    create = statement(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY ", Secret(root.password))
    for change in (create, set_root_password(root.password, address=LOOPBACK)):
        set_password(session, change, account=who)
    session.execute(statement(f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION"))
    require_login(root, accepted=log_in_once(host, root))


def require_login(login: Endpoint, *, accepted: bool) -> None:
    """Raise UnavailableError if a login over TCP was not accepted."""
    if not accepted:
        raise UnavailableError(
            f"{login.user} cannot log in at {login.host}:{login.port} with mysql-password",
            why="the account does not exist, has a different password, or does not allow a login over TCP",
            todo="look at `SELECT user, host, plugin, ssl_type FROM mysql.user`; on a service that ci-kit"
            " does not change, create the account, or use a private server (mysql = private)",
        )


def leave_logins(session: Session, settings: Settings, logins: Iterable[Endpoint]) -> None:
    """Leave the server's cache of passwords as the settings ask: with these logins, or empty.

    FLUSH PRIVILEGES empties the cache; the login of the session has filled it too.
    """
    if not settings.warm_logins:
        # A replica follows its source, but its own logins are its own.
        session.execute(statement("FLUSH NO_WRITE_TO_BINLOG PRIVILEGES"))
        return
    for login in dict.fromkeys(logins):
        log_in_once(session.host, login)


def log_in_once(host: Host, login: Endpoint) -> bool:
    """Log in once over TCP, so that clients without TLS and RSA can log in afterwards; gives the success.

    caching_sha2_password requires TLS or RSA until the account's password is in the server's cache (MySQL's
    manual, "Caching SHA-2 Pluggable Authentication"). A login over the socket also fills the cache, and takes
    a twentieth of the time of one with TLS.
    """
    if login.socket and can_log_in(host, login) and can_log_in_without_tls(host, login):
        return True
    return can_log_in(host, login, over_socket=False)
