"""The setting that a server rejects at its start, as its log names it."""

from __future__ import annotations

import re

from ci_kit.errors import UsageError
from ci_kit.mysql.config.error_log import without_warnings
from ci_kit.mysql.config.tls import tls_failure
from ci_kit.settings.my_cnf import option_name
from ci_kit.settings.settings import Settings

# The messages of mysys/my_getopt.cc in both products, and of the check of a value in MySQL and MariaDB.
_MESSAGES = (
    re.compile(r"unknown (?:variable|option) '(?:--)?([\w-]+)"),
    re.compile(r"ambiguous option '(?:--)?([\w-]+)"),
    re.compile(r"option '(?:--)?([\w-]+)' (?:requires an|cannot take an) argument"),
    re.compile(r"Error while setting value '.*' to '([\w-]+)'"),
)

# Messages about the value of an option that they do not name.
_ABOUT_VALUES = {"Invalid page size=": "innodb_page_size"}


def rejected_option(log: str, settings: Settings) -> UsageError | None:
    """The error for a setting of the project that a server's log rejects; None if the log names none."""
    given = {option_name(line): ("mysql-settings", line) for line in settings.mysql_settings}
    if settings.sql_mode is not None:
        given["sql_mode"] = ("sql-mode", settings.sql_mode)
    named = [(name, line) for line in without_warnings(log) for name in _rejected(line) if name in given]
    if not named:
        return tls_failure(log, settings)
    first = named[0][0]
    setting, value = given[first]
    return UsageError(
        f"the server rejects {setting}: {value}",
        why=f"it came from {settings.source(setting)}",
        details=tuple(line for name, line in named if name == first),
        todo="look it up in the manual of the server's version; MySQL and MariaDB differ",
    )


def _rejected(line: str) -> list[str]:
    named = [option_name(found[1]) for message in _MESSAGES if (found := message.search(line))]
    return named + [name for text, name in _ABOUT_VALUES.items() if text in line]
