"""Databases of a running server."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from ci_kit.errors import CiKitError, UsageError
from ci_kit.mysql.client.session import Session, StatementError
from ci_kit.mysql.client.sql import identifier, literal, statement
from ci_kit.settings.settings import Settings

_SYSTEM_SCHEMAS = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
# ER_DB_CREATE_EXISTS
_DATABASE_EXISTS = 1007
# ER_UNKNOWN_CHARACTER_SET, ER_UNKNOWN_COLLATION, ER_COLLATION_CHARSET_MISMATCH
_WRONG_CHARSET = frozenset({1115, 1273, 1253})


def wanted_databases(settings: Settings) -> tuple[str, ...]:
    """The names of a run's databases; the one that the tests use is first."""
    return (settings.database, *settings.extra_databases)


@contextmanager
def created_databases(session: Session, settings: Settings) -> Iterator[bool]:
    """Create the run's databases if they do not exist; gives whether the first of them is new.

    If filling a new database fails, it is dropped again: the next run would take it for a filled one.
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


def set_server_charset(session: Session, settings: Settings) -> None:
    """Make charset and collation the server's defaults: an application may create databases of its own.

    Raises UsageError for names that the server does not support.
    """
    change = f"SET GLOBAL character_set_server = {literal(settings.charset)}"
    if settings.collation:
        change += f", GLOBAL collation_server = {literal(settings.collation)}"
    with _charset_errors(session, settings):
        session.execute(statement(change))


def missing_databases(session: Session, names: Sequence[str]) -> list[str]:
    """The names without a database on the server, which may ignore upper and lower case."""
    known = {name for (name,) in session.rows("SELECT schema_name FROM information_schema.schemata")}
    cases = session.rows("SELECT @@lower_case_table_names")
    if cases and cases[0][0]:
        known = {name.lower() for name in known}
        return [name for name in names if name.lower() not in known]
    return [name for name in names if name not in known]


def _create_database(session: Session, name: str, settings: Settings) -> bool:
    """Create a database if it does not exist; gives whether it is new.

    The server decides that: if two runs looked first, both could find that it does not exist.
    """
    collation = f" COLLATE {identifier(settings.collation, what='collation')}" if settings.collation else ""
    if name.lower() in _SYSTEM_SCHEMAS:
        source = "database" if name == settings.database else "extra-databases"
        raise UsageError(
            f"the database {name!r} belongs to the server itself",
            why=f"the name came from {settings.source(source)}",
            todo="choose another database name",
        )
    change = statement(
        f"CREATE DATABASE {identifier(name)}"
        f" CHARACTER SET {identifier(settings.charset, what='character set')}{collation}"
    )
    try:
        with _charset_errors(session, settings):
            session.execute(change)
    except StatementError as error:
        if error.number == _DATABASE_EXISTS:
            return False
        raise
    return True


@contextmanager
def _charset_errors(session: Session, settings: Settings) -> Iterator[None]:
    """Turn the refusal of an unknown charset or collation into an error with similar names."""
    try:
        yield
    except StatementError as error:
        if error.number not in _WRONG_CHARSET:
            raise
        pair = f" with the collation {settings.collation!r}" if settings.collation else ""
        raise UsageError(
            f"the server does not support the charset {settings.charset!r}{pair}",
            why=error.why,
            todo=f"{_nearest(session, settings)}the default is utf8mb4 with the server's own collation",
        ) from None


def _nearest(session: Session, settings: Settings) -> str:
    """The supported names that resemble the wrong one, as the beginning of a hint."""
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
