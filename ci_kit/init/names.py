"""What the names and the values of variables mean: parts of the login, and secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ci_kit.settings.variables import Field

_FIELDS: Mapping[str, Field] = {
    "hostname": "host",
    "host": "host",
    "port": "port",
    "username": "user",
    "user_name": "user",
    "user": "user",
    "password": "password",
    "passwd": "password",
    "pass": "password",
    "pwd": "password",
    "pw": "password",
    "database": "database",
    "schema": "database",
    "dbname": "database",
    "name": "database",
    "db": "database",
    "url": "url",
    "uri": "url",
    "dsn": "url",
    "unix_socket": "socket",
    "socket": "socket",
}
"""The ends of names. A longer one comes before its own end."""

_NAME = re.compile(rf"(?P<of>.+?)_*(?P<field>{'|'.join(_FIELDS)})", re.IGNORECASE | re.ASCII)
_DATABASE = re.compile(r"(?:^|_)(?:[a-z]*db|database|mysql|mariadb|rds|sql[a-z]*)(?:_|$)", re.IGNORECASE)
_OTHER_SYSTEM = re.compile(
    r"mongo|redis|postgres|(?:^|_)pg|influx|edgedb|dynamo|couch|oracle|mssql|sqlite|smtp|mail|elastic|cache",
    re.IGNORECASE,
)
# Login names alone, such as DATABASE_URL, have no part before the field.
_ALONE: Mapping[str, Field] = {"DBURL": "url", "DBURI": "url"}

_NAMES_OF_SECRETS = re.compile(r"secret|token|password|passwd|pwd|key|credential", re.IGNORECASE)
_KNOWN_SECRETS = re.compile(
    r"AKIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|sk-[\w-]{20,}|eyJ[\w-]{10,}\.|xox[bap]-|-----BEGIN"
)
_FOR_EXAMPLES = re.compile(
    r"example|change|your|dummy|placeholder|insecure|local|xxx|todo|password|secret|test|sample|1234|abcd",
    re.IGNORECASE,
)
_LONG = 10


def login_field(name: str) -> Field | None:
    """The part of the login that a variable with this name holds; None for another variable."""
    if name.upper() in _ALONE:
        return _ALONE[name.upper()]
    found = _NAME.fullmatch(name)
    if found is None or _OTHER_SYSTEM.search(name) or not _DATABASE.search(found["of"]):
        return None
    return _FIELDS[found["field"].lower()]


def may_be_secret(name: str, value: str) -> bool:
    """Whether a value may be a real secret, which does not belong into a file of the repository.

    A value for examples, such as ``change-me``, is none, and neither is a short password for a laptop.
    """
    if _KNOWN_SECRETS.search(value):
        return True
    if not _NAMES_OF_SECRETS.search(name) or len(value) < _LONG or _FOR_EXAMPLES.search(value):
        return False
    return bool(re.search(r"\d", value) and re.search(r"[A-Za-z]", value)) or len(value) >= 2 * _LONG
