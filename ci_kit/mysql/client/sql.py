"""SQL text: quoted names and values, and statements that hide their secrets in the output."""

from __future__ import annotations

from dataclasses import dataclass, field

from ci_kit.errors import UsageError
from ci_kit.redaction import MASK

IDENTIFIER_LIMIT = 64
_USER_LIMIT = 32
_LAST_OF_BASIC_PLANE = 0xFFFF
_SPACES = " \t\n\v\f\r"


@dataclass(frozen=True)
class Secret:
    """A string literal of a statement that the output must not show."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Statement:
    """One SQL statement. ``shown`` is its text for the output, without secrets."""

    text: str = field(repr=False)
    shown: str


def statement(*parts: str | Secret, shown: str = "") -> Statement:
    """A statement from pieces of SQL and secrets; ``shown`` replaces a long text in the output."""
    return Statement(
        "".join(literal(part.text) if isinstance(part, Secret) else part for part in parts),
        shown or "".join(f"'{MASK}'" if isinstance(part, Secret) else part for part in parts),
    )


def identifier(name: str, *, what: str = "database") -> str:
    """A name quoted as an identifier. Raises UsageError for a name that servers do not accept.

    Source: MySQL's manual, "Schema Object Names". A name has at most 64 characters. It contains neither NUL
    nor characters outside the basic multilingual plane, and does not end with white space (error 1102).
    """
    problem = _problem(name, IDENTIFIER_LIMIT)
    if problem:
        raise UsageError(
            f"{name!r} is not a valid {what} name", why=problem, todo=f"choose another {what} name"
        )
    return "`" + name.replace("`", "``") + "`"


def account(user: str, host: str = "localhost") -> str:
    """An account in the form ``'user'@'host'``. Raises UsageError for a name that servers do not accept."""
    # MySQL removes white space before a new user name. At a login, the driver removes it on both sides.
    spaced = user != user.strip() and "it begins or ends with white space"
    problem = _problem(user, _USER_LIMIT) or spaced
    if problem:
        raise UsageError(f"{user!r} is not a valid user name", why=problem, todo="choose another user name")
    return f"{literal(user)}@{literal(host)}"


def literal(text: str) -> str:
    """A text as a string literal on one line, for sessions without NO_BACKSLASH_ESCAPES.

    Raises UsageError for a text with a NUL character.
    """
    from mysql.connector.conversion import MySQLConverter

    if "\x00" in text:
        raise UsageError("a password or a name contains a NUL character", todo="remove the character")
    return f"'{MySQLConverter.escape(text)}'"


def _problem(name: str, limit: int) -> str:
    problems = {
        "it is empty": not name,
        f"it has {len(name)} characters, and {limit} are allowed": len(name) > limit,
        "it contains a NUL character": "\x00" in name,
        "it is not valid Unicode text": any(_is_surrogate(character) for character in name),
        "it contains a character outside the basic multilingual plane": any(
            ord(character) > _LAST_OF_BASIC_PLANE for character in name
        ),
        "it ends with white space": name != name.rstrip(_SPACES),
    }
    return next((problem for problem, present in problems.items() if present), "")


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
