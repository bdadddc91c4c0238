"""The logins that a module has in its source: URLs, and the arguments of a connection.

They are for MySQL and MariaDB. A value that comes from the environment or from an object is not one of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import unquote

from ci_kit.init.code.module import UNKNOWN, Module
from ci_kit.init.repository import Place
from ci_kit.settings.database_url import is_url, parse_database_url

Part: TypeAlias = Literal["host", "port", "user", "password", "database", "charset"]

_PARTS: Mapping[str, Part] = {
    **dict.fromkeys(("host", "hostname"), "host"),
    "port": "port",
    **dict.fromkeys(("user", "username"), "user"),
    **dict.fromkeys(("password", "passwd"), "password"),
    **dict.fromkeys(("database", "db", "name", "dbname"), "database"),
    "charset": "charset",
}
"""The keys and keyword arguments of a connection, in lower case."""

_ADDRESS = re.compile(
    r"[^:]+://(?:(?P<user>[^:@/]*)(?::(?P<password>[^@/]*))?@)?(?P<host>[^:/?]*)(?::(?P<port>\d+))?"
)
_CHARSET = re.compile(r"[?&]charset=(\w+)")
_MYSQL = re.compile(r"mysql|mariadb|asyncmy", re.IGNORECASE)
# The engines of Django and Tortoise for other systems.
_OTHER = re.compile(r"postgres|psycopg|asyncpg|sqlite|oracle|mssql", re.IGNORECASE)


@dataclass(frozen=True)
class Login:
    """A login as it is written, without the parts that are not constant. ``url`` is its URL, if it is one."""

    place: Place
    parts: Mapping[Part, str]
    url: str = ""


def logins(module: Module, source: str) -> Iterator[Login]:
    """Each login in a module."""
    if not _MYSQL.search(source):
        return
    for node in module.nodes:
        if text := module.pattern(node):
            yield from url_login(text, module.place(node))
            continue
        match node:
            case ast.Dict(keys=keys, values=values):
                named = {module.literal(key) or "": value for key, value in zip(keys, values, strict=True)}
                yield from _named(module, node, named)
            case ast.Call(func=func, args=args, keywords=keywords):
                named = {one.arg or "": one.value for one in keywords}
                # The first argument of peewee's classes is the name of the database.
                if args and module.full_name(func).endswith("MySQLDatabase"):
                    named["database"] = args[0]
                yield from _named(module, node, named)


def url_login(text: str, place: Place) -> Iterator[Login]:
    """The login of a URL of MySQL or MariaDB; nothing for another text."""
    if "://" not in text or " " in text or not is_url(text):
        return
    url = parse_database_url(text)
    found = _ADDRESS.match(text)
    if url is None or found is None:
        return
    charset = _CHARSET.search(text)
    values = found.groupdict() | {"database": url.database, "charset": charset[1] if charset else ""}
    parts: dict[Part, str] = {
        part: unquote(value)
        for part in ("host", "port", "user", "password", "database", "charset")
        if (value := values.get(part)) and UNKNOWN not in value
    }
    yield Login(place, parts, text)


def _named(module: Module, node: ast.AST, named: Mapping[str, ast.expr]) -> Iterator[Login]:
    """The login of a dictionary or of a call, if its names are those of a login."""
    # Anything may have a name: only Django's settings mean the database.
    named = {name: value for name, value in named.items() if name != "name"}
    keys = {_PARTS[name.lower()] for name in named if name.lower() in _PARTS}
    if not (keys & {"user", "password"} and keys & {"host", "database"}):
        return
    engines = (
        module.literal(value) for name, value in named.items() if name.lower() in {"engine", "drivername"}
    )
    if any(engine and _OTHER.search(engine) for engine in engines):
        return
    parts: dict[Part, str] = {}
    for name, value in named.items():
        part = _PARTS.get(name.lower())
        text = module.literal(value)
        if part and text is not None:
            parts[part] = text
    yield Login(module.place(node), parts)
