"""A database URL, such as DATABASE_URL: what names the server is replaced, everything else stays.

Python has no standard for these URLs. SQLAlchemy, dj-database-url, django-environ, databases, Tortoise and
peewee agree on ``dialect+driver://user:password@host:port/database?query``, with percent-encoding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, unquote

# As in SQLAlchemy's parser, a password may contain "/" and "@" that are not encoded.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z][\w+.:-]*)://(?:(?P<login>[^?]*)@)?(?P<place>[^/?#@]*)"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?P<fragment>#.*)?",
    re.DOTALL,
)
# The dialects of MySQL and MariaDB: mysql, mysql2, mysqlgis, mysql-connector, prometheus_mysql, mariadb …
_DIALECT = re.compile(
    r"(?:.*[-_.:])?(?:mysql|mariadb)(?!x$).*|aiomysql|asyncmy|cymysql|pymysql", re.IGNORECASE
)


class Login(Protocol):
    """What a URL needs of a login; :class:`ci_kit.mysql.client.endpoint.Endpoint` has it."""

    @property
    def user(self) -> str: ...

    @property
    def password(self) -> str: ...

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def socket(self) -> object | None: ...


_LOGIN_IN_QUERY: dict[str, Callable[[Login, str], str]] = {
    **dict.fromkeys(("user", "username"), lambda login, _: quote(login.user, safe="")),
    **dict.fromkeys(("password", "passwd"), lambda login, _: quote(login.password, safe="")),
    **dict.fromkeys(("host", "hostname"), lambda login, _: login.host),
    "port": lambda login, _: str(login.port),
    **dict.fromkeys(("database", "dbname"), lambda _, database: quote(database, safe="")),
    # Without a socket, the parameter goes away.
    **dict.fromkeys(("unix_socket", "socket"), lambda login, _: quote(str(login.socket or ""))),
}
"""The parameters of a query that name the server or the login, and their values in a run."""


@dataclass(frozen=True)
class DatabaseUrl:
    """The form of a URL of a MySQL or MariaDB database: all of it but the login, the host and the port.

    ``query`` and ``fragment`` are as they are written. ``slash`` and ``end`` are the slashes around the name
    of the database.
    """

    scheme: str
    database: str = ""
    query: str = field(default="", repr=False)
    fragment: str = ""
    slash: str = "/"
    end: str = ""

    @property
    def form(self) -> str:
        """The URL without what a run replaces. Parsed, it gives the same URL for a login."""
        pairs = (f"{_name(pair)}=" if _name(pair) in _LOGIN_IN_QUERY else pair for pair in self._pairs)
        path = f"{self.slash}{'database' if self.database else ''}{self.end}"
        return f"{self.scheme}://{path}{_after('?', '&'.join(pairs))}{self.fragment}"

    def to(self, login: Login, database: str) -> str:
        """The URL of the run's database, with the driver, the query and the path form of this one."""
        host = f"[{login.host}]" if ":" in login.host else login.host
        password = f":{quote(login.password, safe='')}" if login.password else ""
        who = f"{quote(login.user, safe='')}{password}"
        name = quote(database, safe="") if self.database else ""
        pairs = [found for pair in self._pairs if (found := _pair(pair, login, database))]
        place = f"{self.scheme}://{who}@{host}:{login.port}"
        return f"{place}{self.slash}{name}{self.end}{_after('?', '&'.join(pairs))}{self.fragment}"

    @property
    def _pairs(self) -> list[str]:
        return self.query.split("&") if self.query else []


def is_url(text: str) -> bool:
    """Whether a text has the form of a URL, of any system."""
    return bool(_URL.fullmatch(text.strip()))


def parse_database_url(text: str) -> DatabaseUrl | None:
    """The form of a URL of a MySQL or MariaDB database; None for any other text."""
    match = _URL.fullmatch(text.strip())
    if match is None or not _DIALECT.fullmatch(match["scheme"].partition("+")[0]):
        return None
    path = match["path"] or ""
    name = path.strip("/")
    before, _, after = path.partition(name) if name else (path, "", "")
    # Before the database, a path can name the socket: mysql://root@//cloudsql/instance/shop.
    database = unquote(name.rpartition("/")[2])
    return DatabaseUrl(
        match["scheme"], database, match["query"] or "", match["fragment"] or "", before[:1], after
    )


def _name(pair: str) -> str:
    return unquote(pair.partition("=")[0]).lower()


def _pair(pair: str, login: Login, database: str) -> str:
    """A parameter of a query for a login; empty if it goes away."""
    value_of = _LOGIN_IN_QUERY.get(_name(pair))
    if value_of is None:
        return pair
    value = value_of(login, database)
    return f"{pair.partition('=')[0]}={value}" if value else ""


def _after(mark: str, text: str) -> str:
    return f"{mark}{text}" if text else ""
