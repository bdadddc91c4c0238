"""The setting that a server does not start with, as it says itself."""

from __future__ import annotations

import re

from ci_kit.errors import UsageError
from ci_kit.mysql.config.server_options import plain_name
from ci_kit.settings.loading import Settings

# What mysys/my_getopt.cc says in both products, and MySQL's and MariaDB's check of a value.
_COMPLAINTS = (
    re.compile(r"unknown (?:variable|option) '(?:--)?([\w-]+)"),
    re.compile(r"ambiguous option '(?:--)?([\w-]+)"),
    re.compile(r"option '(?:--)?([\w-]+)' (?:requires an|cannot take an) argument"),
    re.compile(r"Error while setting value '.*' to '([\w-]+)'"),
)


def wrong_setting(log: str, settings: Settings) -> UsageError | None:
    """The error for a setting of the project's that a server's log names as wrong; None if it names none."""
    asked = {plain_name(line): ("mysql-settings", line) for line in settings.mysql_settings}
    if settings.sql_mode is not None:
        asked["sql_mode"] = ("sql-mode", settings.sql_mode)
    complaints = [(name, line) for line in log.splitlines() for name in _blamed(line) if name in asked]
    if not complaints:
        return None
    wrong = complaints[0][0]
    option, value = asked[wrong]
    return UsageError(
        f"the server does not take {option}: {value}",
        why=f"it came from {settings.source(option)}",
        details=tuple(line for name, line in complaints if name == wrong),
        todo="look it up in the manual of the server's version; MySQL and MariaDB differ",
    )


def _blamed(line: str) -> list[str]:
    return [plain_name(found[1]) for complaint in _COMPLAINTS if (found := complaint.search(line))]
