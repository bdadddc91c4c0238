"""What is done in a server that is up: root's password, databases, users. The same for every server kind."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import LOOPBACK, Endpoint
from ci_kit.mysql.client.login import can_log_in, can_log_in_plainly
from ci_kit.mysql.client.session import Session, StatementError, open_session
from ci_kit.mysql.client.sql import Secret, Statement, account, identifier, statement
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.prepare.init_sql import Client, run_init_sql
from ci_kit.mysql.prepare.password_rules import set_password
from ci_kit.mysql.prepare.time_zone import set_zone
from ci_kit.settings.loading import Settings

ROOT = "root"
_SYSTEM_SCHEMAS = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
# ER_DB_CREATE_EXISTS
_DATABASE_EXISTS = 1007
# ER_UNKNOWN_CHARACTER_SET, ER_UNKNOWN_COLLATION, ER_COLLATION_CHARSET_MISMATCH
_WRONG_CHARSET = frozenset({1115, 1273, 1253})


def set_root_password(password: str, *, address: str = "localhost") -> Statement:
    """Gives root@localhost, or root at another address, a password, whatever it logged in by before.

    MySQL leaves an account that logs in by auth_socket as it is unless a plugin is named. MariaDB, which
    has other plugins, passes over a comment for MySQL's versions from 5.7.0 ("Comment Syntax" in its manual)
    and takes its own default.
    """
    plugin = "/*!80000 WITH caching_sha2_password */"
    return statement("ALTER USER ", account(ROOT, address), f" IDENTIFIED {plugin} BY ", Secret(password))


def set_root_passwords(session: Session, password: str) -> None:
    """Give every account of root's the same password, whichever addresses they are for."""
    found = session.rows("SELECT host FROM mysql.user WHERE user = 'root'")
    for address in [name for (name,) in found] or ["localhost", "%"]:
        set_password(session, set_root_password(password, address=address), whose=ROOT)


def prepare(
    host: Host,
    root: Endpoint,
    settings: Settings,
    *,
    beside: Path | None = None,
    lent: Client | None = None,
    ours: bool = True,
) -> Version | None:
    """Bring a server that takes ``root``'s login to what the settings ask for; gives its version.

    On one that is not ``ours`` only databases are created: accounts stay as they are, and so does its zone
    unless the settings name one. Raises UnavailableError if the tests' user is not let in over TCP.

    ``beside`` is the server's program, where a client program of its own may lie; ``lent`` is one for a
    machine without any.
    """
    with open_session(host, root) as session:
        version = session.version()
        if ours:
            _make_reachable(host, session, root)
        if ours or settings.given("timezone"):
            set_zone(session, settings)
        fill: AbstractContextManager[bool] = nullcontext(enter_result=False)
        if settings.create_database is not False:
            fill = created_databases(session, settings)
        with fill as new:
            login = root.as_user(settings.mysql_user, root.password)
            if not ours:
                # One try: an account may be locked after two.
                _require_welcome(login, welcome=can_log_in(host, login, over_socket=False))
            elif login != root:
                _create_user(session, login.user, login.password, wanted_databases(settings))
                _require_welcome(login, welcome=log_in_once(host, login))
            if new:
                run_init_sql(host, session, root, settings, beside=beside, lent=lent)
        return version


@contextmanager
def created_databases(session: Session, settings: Settings) -> Iterator[bool]:
    """Create the run's databases where they do not exist; gives whether the first of them is new.

    A new one that is not filled is dropped again: what is there next time counts as filled.
    """
    first, *others = wanted_databases(settings)
    new = _create_database(session, first, settings)
    try:
        for name in others:
            _create_database(session, name, settings)
        yield new
    except BaseException:
        if new:
            with suppress(CiKitError):
                session.execute(statement(f"DROP DATABASE {identifier(first)}"))
        raise


def missing_databases(session: Session, names: Sequence[str]) -> list[str]:
    """Those names of which the server has no database, by its own idea of upper and lower case."""
    known = {name for (name,) in session.rows("SELECT schema_name FROM information_schema.schemata")}
    cases = session.rows("SELECT @@lower_case_table_names")
    if cases and cases[0][0]:
        known = {name.lower() for name in known}
        return [name for name in names if name.lower() not in known]
    return [name for name in names if name not in known]


def wanted_databases(settings: Settings) -> tuple[str, ...]:
    """The names of a run's databases, its own first."""
    return (settings.database, *settings.extra_databases)


def _create_database(session: Session, name: str, settings: Settings) -> bool:
    """Create a database where there is none; gives whether it is new.

    Only the server can say: of two runs that look first, both may find none.
    """
    collation = f" COLLATE {identifier(settings.collation, what='collation')}" if settings.collation else ""
    if name.lower() in _SYSTEM_SCHEMAS:
        source = "database" if name == settings.database else "extra-databases"
        raise UsageError(
            f"the database {name!r} is the server's own",
            why=f"the name came from {settings.source(source)}",
            todo="choose another database name",
        )
    change = statement(
        f"CREATE DATABASE {identifier(name)}"
        f" CHARACTER SET {identifier(settings.charset, what='character set')}{collation}"
    )
    try:
        session.execute(change)
    except StatementError as error:
        if error.number == _DATABASE_EXISTS:
            return False
        if error.number not in _WRONG_CHARSET:
            raise
        pair = f" with the collation {settings.collation!r}" if settings.collation else ""
        raise UsageError(
            f"the server knows no charset {settings.charset!r}{pair}",
            why=error.why,
            todo=f"{_nearest(session, settings)}the default is utf8mb4 with the server's own collation",
        ) from None
    return True


def _nearest(session: Session, settings: Settings) -> str:
    """The names that the server knows and that resemble the wrong one, as the beginning of a hint."""
    pairs = session.rows(
        "SELECT character_set_name, collation_name"
        " FROM information_schema.collation_character_set_applicability"
    )
    charset = settings.charset.lower()
    wrong, known = settings.collation.lower(), sorted(name for of, name in pairs if of == charset)
    if not known:
        wrong, known = charset, sorted({of for of, _ in pairs if of})
    near = difflib.get_close_matches(wrong, known, cutoff=0.4)
    return f"did you mean {' or '.join(near)}? " if near else ""


def _create_user(session: Session, user: str, password: str, databases: tuple[str, ...]) -> None:
    """A user with all rights on the databases, and on those whose names begin with ``test_``.

    Tortoise, Django and others make databases of such names for their tests.
    """
    plain = _without_wildcards if _has_wildcards(session) else str
    for address in ("localhost", "%"):
        who = account(user, address)
        for change in ("CREATE USER IF NOT EXISTS", "ALTER USER"):
            set_password(session, statement(f"{change} {who} IDENTIFIED BY ", Secret(password)), whose=who)
        for scope in (*(identifier(plain(name)) for name in databases), r"`test\_%`"):
            session.execute(statement(f"GRANT ALL PRIVILEGES ON {scope}.* TO {who}"))


def _has_wildcards(session: Session) -> bool:
    """Whether _ and % in a GRANT's database are wildcards (MySQL's manual, "partial_revokes")."""
    rows = session.rows("SHOW GLOBAL VARIABLES LIKE 'partial_revokes'")
    return not rows or rows[0][1] != "ON"


def _without_wildcards(database: str) -> str:
    return database.replace("\\", "\\\\").replace("_", r"\_").replace("%", r"\%")


def _make_reachable(host: Host, session: Session, root: Endpoint) -> None:
    """See to it that root logs in over TCP too.

    A server that does not resolve names (``skip-name-resolve``) takes a connection to 127.0.0.1 for one
    from another account than root@localhost.
    """
    if log_in_once(host, root):
        return
    who = account(ROOT, LOOPBACK)
    create = statement(f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY ", Secret(root.password))
    for change in (create, set_root_password(root.password, address=LOOPBACK)):
        set_password(session, change, whose=who)
    session.execute(statement(f"GRANT ALL PRIVILEGES ON *.* TO {who} WITH GRANT OPTION"))
    _require_welcome(root, welcome=log_in_once(host, root))


def _require_welcome(login: Endpoint, *, welcome: bool) -> None:
    if not welcome:
        raise UnavailableError(
            f"{login.user} is not let in at {login.host}:{login.port} by mysql-password",
            why="there is no such account, it has another password, or it lets nobody in over TCP",
            todo="look at `SELECT user, host, plugin, ssl_type FROM mysql.user`; where a service is used as"
            " it is, create the account, or take a private server (mysql: private)",
        )


def log_in_once(host: Host, login: Endpoint) -> bool:
    """Whether a login over TCP succeeds, after which it does for clients that have neither TLS nor RSA.

    caching_sha2_password wants one of these until the server's cache holds the account's password (MySQL's
    manual, "Caching SHA-2 Pluggable Authentication"). A login over the socket fills the cache as well, and
    takes a twentieth of the time of one by TLS.
    """
    if login.socket and can_log_in(host, login) and can_log_in_plainly(host, login):
        return True
    return can_log_in(host, login, over_socket=False)
