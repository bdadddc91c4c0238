"""SQL text: quoting, and statements whose secrets are masked where they are shown."""

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
    """A text that a statement holds as a literal and never shows."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Statement:
    """One statement. ``shown`` is what may be printed of it."""

    text: str = field(repr=False)
    shown: str


def statement(*parts: str | Secret, shown: str = "") -> Statement:
    """A statement from pieces of SQL and secrets; ``shown`` stands for a long one where it is printed."""
    return Statement(
        "".join(literal(part.text) if isinstance(part, Secret) else part for part in parts),
        shown or "".join(f"'{MASK}'" if isinstance(part, Secret) else part for part in parts),
    )


def identifier(name: str, *, what: str = "database") -> str:
    """A name quoted as an identifier. Raises UsageError for one that no server takes.

    Source: MySQL's manual, "Schema Object Names": at most 64 characters, none of them NUL or beyond the
    basic multilingual plane, no space at the end (of any kind, as both servers' error 1102 shows).
    """
    problem = _problem(name, IDENTIFIER_LIMIT)
    if problem:
        raise UsageError(f"{name!r} is no {what} name", why=problem, todo=f"choose another {what} name")
    return "`" + name.replace("`", "``") + "`"


def account(user: str, host: str = "localhost") -> str:
    """An account quoted as in ``'user'@'host'``. Raises UsageError for a user name no server takes."""
    # MySQL leaves white space off the begin of a name it creates, and the driver off both ends at a login.
    spaced = user != user.strip() and "it begins or ends with white space"
    problem = _problem(user, _USER_LIMIT) or spaced
    if problem:
        raise UsageError(f"{user!r} is no user name", why=problem, todo="choose another user name")
    return f"{literal(user)}@{literal(host)}"


def literal(text: str) -> str:
    """A text quoted as a string literal, for sessions without NO_BACKSLASH_ESCAPES, on one line."""
    from mysql.connector.conversion import MySQLConverter

    if "\x00" in text:
        raise UsageError("a NUL character in a password or a name", todo="leave it out")
    return f"'{MySQLConverter.escape(text)}'"


def _problem(name: str, limit: int) -> str:
    problems = {
        "it is empty": not name,
        f"it has {len(name)} characters, {limit} are allowed": len(name) > limit,
        "it holds a NUL character": "\x00" in name,
        "it is no Unicode text": any(_is_surrogate(character) for character in name),
        "it holds a character outside the basic multilingual plane": any(
            ord(character) > _LAST_OF_BASIC_PLANE for character in name
        ),
        "it ends with white space": name != name.rstrip(_SPACES),
    }
    return next((problem for problem, present in problems.items() if present), "")


def _is_surrogate(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
