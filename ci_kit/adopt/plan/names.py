"""The names of the variables by which an application finds its server, recognised by their values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ci_kit.adopt.recognise.client import LOOPBACK
from ci_kit.settings.database_url import parse_database_url
from ci_kit.settings.variables import STANDARD

_NAME = re.compile(
    r"(?:[A-Z0-9]+_)*(?:DB|DATABASE|MYSQL|MARIADB|SQL|RDS)_(?:[A-Z0-9]+_)*?"
    r"(?P<part>HOST|HOSTNAME|PORT|USER|USERNAME|PASSWORD|PASSWD|PASS|PWD|NAME|DATABASE|DB|SCHEMA)"
)
_FIELDS = {
    **dict.fromkeys(("HOST", "HOSTNAME"), "host"),
    "PORT": "port",
    **dict.fromkeys(("USER", "USERNAME"), "user"),
    **dict.fromkeys(("PASSWORD", "PASSWD", "PASS", "PWD"), "password"),
    **dict.fromkeys(("NAME", "DATABASE", "DB", "SCHEMA"), "database"),
}
_TELLING = frozenset({"host", "database", "url"})


def own_names(env: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """What the variables of an application hold, by their names.

    ``values`` has the port, user, password and database of the tests. A variable with another value is none
    of them. Without a host, a database or a URL, the names tell too little.
    """
    found: dict[str, str] = {}
    for name, value in env.items():
        match = _NAME.fullmatch(name)
        if name in STANDARD or not value:
            continue
        if parse_database_url(value):
            found[name] = "url"
        elif match:
            part = _FIELDS[match["part"]]
            is_same = value in LOOPBACK if part == "host" else value == values.get(part)
            if is_same:
                found[name] = part
    return found if _TELLING & set(found.values()) else {}


def standard_value(env: Mapping[str, str], part: str) -> str | None:
    """What the action reads from variables for a part of the login; None if there is none.

    A database may also be in DATABASE_URL.
    """
    names = [name for name, held in STANDARD.items() if held == part]
    if part == "database":
        url = parse_database_url(env.get("DATABASE_URL", ""))
        named = next((env[name] for name in names if env.get(name)), None)
        return named or (url.database if url and url.database else None)
    return next((env[name] for name in names if env.get(name)), None)
