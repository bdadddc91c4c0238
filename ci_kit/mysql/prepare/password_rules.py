"""Passwords on a server with password rules: validate_password, or MariaDB's simple_password_check.

Sources: MySQL's manual, "The Password Validation Component"; MariaDB's, "Simple Password Check Plugin".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_kit.errors import UsageError
from ci_kit.mysql.client.session import Session, StatementError
from ci_kit.mysql.client.sql import Statement, statement

# ER_NOT_VALID_PASSWORD of both products, ER_CREDENTIALS_CONTRADICT_TO_HISTORY of MySQL.
_RULE_BROKEN = frozenset({1819, 3638})
# ER_CANNOT_USER: MariaDB reports the reason only as a warning.
_CANNOT_USER = 1396
# The value of each rule's variable that allows every password. The length is restored last: a server keeps it
# at least as large as the other counts require.
_RELAXED_VALUES = {
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
    """Run a statement that sets an account's password, even if the password breaks a rule of the server.

    The rules are restored afterwards. Raises UsageError if the password breaks a rule without a variable.
    """
    if _broken_rule(session, change):
        with _relaxed_rules(session):
            rule = _broken_rule(session, change)
        if rule:
            raise UsageError(
                f"the server rejects the password for {account}",
                why=f"it breaks a password rule that ci-kit cannot relax: {rule}",
                todo="choose another mysql-password, or remove it to get a random one",
            )


def _broken_rule(session: Session, change: Statement) -> str:
    """Run the statement; gives the message about the rule that the password breaks, or else empty."""
    try:
        session.execute(change)
    except StatementError as error:
        reasons = [(error.number, error.why)]
        if error.number == _CANNOT_USER:
            reasons = [(number, text) for _, number, text in session.rows("SHOW WARNINGS")]
        broken = [text for number, text in reasons if number in _RULE_BROKEN]
        if not broken:
            raise
        return broken[0]
    return ""


@contextmanager
def _relaxed_rules(session: Session) -> Iterator[None]:
    found = session.rows(f"SHOW GLOBAL VARIABLES WHERE Variable_name REGEXP '{_RULES}'")
    before = {name: value for name, value in found if _rule(name) in _RELAXED_VALUES}
    try:
        for name in sorted(before, key=_order, reverse=True):
            _set(session, name, _RELAXED_VALUES[_rule(name)])
        yield
    finally:
        with session.host.ignore_interrupts():
            for name in sorted(before, key=_order, reverse=True):
                _set(session, name, before[name])


def _rule(variable: str) -> str:
    """A variable's name without its prefix."""
    return next((variable[len(prefix) :] for prefix in _PREFIXES if variable.startswith(prefix)), "")


def _order(variable: str) -> int:
    return list(_RELAXED_VALUES).index(_rule(variable))


def _set(session: Session, variable: str, value: str) -> None:
    session.execute(statement(f"SET GLOBAL {variable} = {value}"))
