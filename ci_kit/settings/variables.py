"""The variables that tell the tests how to reach the server, and what each of them holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from ci_kit.settings.pairs import PAIRS, Pair, pairs
from ci_kit.settings.parsers import UnknownWordError
from ci_kit.settings.shapes import shaped

if TYPE_CHECKING:
    # Loaded where it is used, because `ci-kit --help` loads this module and reads no URL.
    from ci_kit.settings.database_url import DatabaseUrl

Field: TypeAlias = Literal[
    "host",
    "port",
    "user",
    "password",
    "database",
    "socket",
    "url",
    "replica-host",
    "replica-port",
    "replica-url",
    "tls-ca",
    "tls-cert",
    "tls-key",
]
"""What a variable can hold, and the placeholders of texts."""

FIELDS: tuple[Field, ...] = get_args(Field)

TLS_FIELDS: frozenset[Field] = frozenset({"tls-ca", "tls-cert", "tls-key"})

URLS: frozenset[Field] = frozenset({"url", "replica-url"})

STANDARD: Mapping[str, Field] = MappingProxyType(
    {
        "MYSQL_HOST": "host",
        "MYSQL_PORT": "port",
        "MYSQL_USER": "user",
        "MYSQL_PASSWORD": "password",
        "MYSQL_DATABASE": "database",
        # Some applications read it instead of MYSQL_DATABASE.
        "MYSQL_DB": "database",
        "DATABASE_URL": "url",
        # The client library's own: with the host name localhost, it uses the socket.
        "MYSQL_TCP_PORT": "port",
        "MYSQL_UNIX_PORT": "socket",
    }
)
"""The variables that ci-kit sets without being asked."""

_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
# The runner refuses the first two in GITHUB_ENV; a login in any of them would break the run.
_RESERVED = re.compile(r"GITHUB_.*|RUNNER_.*|CI_KIT_.*|PYTHON.*|LD_.*|DYLD_.*|NODE_OPTIONS|PATH|HOME|TZ|CI")
# The runner's, and those that have a setting: TZ has timezone.
_NOT_IN_ENV = re.compile(r"GITHUB_.*|RUNNER_.*|CI_KIT_.*|NODE_OPTIONS|TZ")


@dataclass(frozen=True)
class Variable:
    """A variable that an application reads, and what it holds.

    ``form`` is for a variable that holds a URL: the form that its URL keeps, such as ``mysql+aiomysql://``.
    """

    name: str
    field: Field
    form: str = ""

    def __str__(self) -> str:
        return f"{self.name}={self.field} {self.form}".rstrip()

    @property
    def url_form(self) -> DatabaseUrl:
        """The form of its URL, if it holds one."""
        from ci_kit.settings.database_url import DatabaseUrl, parse_database_url

        return (parse_database_url(self.form) if self.form else None) or DatabaseUrl("mysql", "database")


@shaped(PAIRS)
def variables(value: object) -> tuple[Variable, ...]:
    """A table of variables, or a text such as ``DB_HOST=host DB_PORT=port``. Raises ValueError."""
    if isinstance(value, list | tuple):
        # Variables come from a flag, whose value was parsed before.
        value = [str(one) if isinstance(one, Variable) else one for one in value]
    return tuple(_variable(pair.name, pair.text) for pair in pairs(value, Pair("DB_HOST", "host")))


@shaped(PAIRS)
def environment_texts(value: object) -> tuple[Pair, ...]:
    """A table of variables with texts, or a text such as ``DB_ADDRESS={host}:{port}``. Raises ValueError."""
    found = pairs(value, Pair("DB_ADDRESS", "{host}:{port}"))
    for pair in found:
        _require_name(pair.name)
        if _NOT_IN_ENV.fullmatch(pair.name):
            instead = "; set timezone instead" if pair.name == "TZ" else ""
            raise ValueError(f"{pair.name} belongs to the runner or to ci-kit{instead}")
    return found


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of an environment variable")


def _variable(name: str, word: str) -> Variable:
    from ci_kit.settings.database_url import is_url, parse_database_url

    _require_name(name)
    if _RESERVED.fullmatch(name):
        raise ValueError(f"{name} has a meaning of its own, and cannot hold a part of the login")
    field, _, form = word.partition(" ")
    if is_url(word):
        field, form = "url", word
    known = next((one for one in FIELDS if one == field), None)
    if known is None or (form and known not in URLS):
        expected = f"{name} cannot hold {word!r}: expected one of {', '.join(FIELDS)}"
        raise UnknownWordError(expected, field, FIELDS)
    if not form:
        return Variable(name, known)
    url = parse_database_url(form)
    if url is None:
        raise ValueError(f"{name} holds a URL, and its form is not that of a MySQL or MariaDB database")
    if form is word and not url.slash:
        # `mysql+aiomysql://` alone: the user writes only the driver.
        url = replace(url, slash="/", database="database")
    return Variable(name, known, url.form)


def bind(
    given: Iterable[Variable], environ: Mapping[str, str], standard: Mapping[str, Field]
) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    """The variables that a run sets: those that are given and the ``standard`` ones, and notes for the user.

    A URL that is set keeps its form. DATABASE_URL is left out if it is set and is not the URL of a MySQL or
    MariaDB database, unless the user names it.
    """
    from ci_kit.settings.database_url import is_url, parse_database_url

    named = {one.name: one for one in given}
    others = (Variable(name, field) for name, field in standard.items() if name not in named)
    bound: list[Variable] = []
    notes: list[str] = []
    for one in (*named.values(), *others):
        text = environ.get(one.name, "").strip() if one.field in URLS else ""
        url = parse_database_url(text)
        if url:
            bound.append(replace(one, form=url.form))
        elif not text or one.name in named:
            bound.append(one)
        elif not is_url(text):
            notes.append(f"the environment variable {one.name} is not a URL, and stays as it is")
    return tuple(bound), tuple(notes)


def names_of(field: Field, bound: Iterable[Variable]) -> tuple[str, ...]:
    """The names of the variables that hold a field; those of the user come first."""
    return tuple(one.name for one in bound if one.field == field)


def merge(kept: Iterable[Variable], now: Iterable[Variable]) -> tuple[Variable, ...]:
    """The variables of a server that was kept, for a later command, whose settings may differ.

    A URL that is not set now keeps the form that it had.
    """
    before = {one.name: one for one in kept}
    current = {
        one.name: before[one.name]
        if one.name in before and before[one.name].field == one.field and not one.form
        else one
        for one in now
    }
    # A standard variable that is left out now is the URL of another system.
    return tuple(({name: one for name, one in before.items() if name not in STANDARD} | current).values())
