"""Passwords on a server that has rules for them: validate_password, or MariaDB's simple_password_check.

Sources: MySQL's manual, "The Password Validation Component"; MariaDB's, "Simple Password Check Plugin".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_kit.errors import UsageError
from ci_kit.mysql.client.session import Session, StatementError
from ci_kit.mysql.client.sql import Statement, statement

# ER_NOT_VALID_PASSWORD of both, ER_CREDENTIALS_CONTRADICT_TO_HISTORY of MySQL.
_AGAINST_RULES = frozenset({1819, 3638})
# MariaDB only says that it could not (ER_CANNOT_USER), and has the reason among its warnings.
_COULD_NOT = 1396
# What each rule's variable is set to so that it lets everything through. A length goes back last, for a
# server sees to it that it is no less than the other counts ask for.
_LAX = {
    "length": "0",
    "policy": "LOW",
    "check_user_name": "OFF",
    "mixed_case_count": "0",
    "number_count": "0",
    "special_char_count": "0",
    "changed_characters_percentage": "0",
    "minimal_length": "0",
    "digits": "0",
    "letters_same_case": "0",
    "other_characters": "0",
    "history": "0",
    "reuse_interval": "0",
}
_RULES = r"^(validate_password[._]|simple_password_check_|password_(history|reuse_interval)$)"
_PREFIXES = ("validate_password.", "validate_password_", "simple_password_check_", "password_")


def set_password(session: Session, change: Statement, *, account: str) -> None:
    """Carry out a statement that gives an account a password, whatever rules the server has for them.

    The rules are back afterwards as they were. Raises UsageError if there is one that cannot be relaxed.
    """
    if _broken_rule(session, change):
        with _relaxed(session):
            rule = _broken_rule(session, change)
        if rule:
            raise UsageError(
                f"the server does not take the password for {account}",
                why=f"a rule of its own for passwords is against it: {rule}",
                todo="choose another mysql-password, or leave it out for a random one",
            )


def _broken_rule(session: Session, change: Statement) -> str:
    """Carry the statement out; gives what the server has against the password, empty if nothing."""
    try:
        session.execute(change)
    except StatementError as error:
        said = [(error.number, error.why)]
        if error.number == _COULD_NOT:
            said = [(number, text) for _, number, text in session.rows("SHOW WARNINGS")]
        rules = [text for number, text in said if number in _AGAINST_RULES]
        if not rules:
            raise
        return rules[0]
    return ""


@contextmanager
def _relaxed(session: Session) -> Iterator[None]:
    found = session.rows(f"SHOW GLOBAL VARIABLES WHERE Variable_name REGEXP '{_RULES}'")
    before = {name: value for name, value in found if _rule(name) in _LAX}
    try:
        for name in sorted(before, key=_order, reverse=True):
            _set(session, name, _LAX[_rule(name)])
        yield
    finally:
        with session.host.ignore_interrupts():
            for name in sorted(before, key=_order, reverse=True):
                _set(session, name, before[name])


def _rule(variable: str) -> str:
    """A variable's name without what it begins with."""
    return next((variable[len(prefix) :] for prefix in _PREFIXES if variable.startswith(prefix)), "")


def _order(variable: str) -> int:
    return list(_LAX).index(_rule(variable))


def _set(session: Session, variable: str, value: str) -> None:
    session.execute(statement(f"SET GLOBAL {variable} = {value}"))
