"""Several servers of one run: the tables ``[tool.ci-kit.servers.NAME]``."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.inherited import Inherited, from_folder
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.parsing import parse
from ci_kit.settings.problems import raise_problems
from ci_kit.settings.pyproject import TABLE
from ci_kit.settings.settings import Settings
from ci_kit.settings.source import DEFAULT, Source
from ci_kit.settings.variables import Field, bind

TABLES = "servers"
"""The key of these tables in ``[tool.ci-kit]``."""

_NAME = re.compile(r"[a-z][a-z0-9-]*")
# They belong to the machine or to the whole run.
_SHARED = frozenset(
    {"keep-mysql", "boot-timeout", "mysql-datadir", "env", "standard-variables", "mysql-host"}
)
OPTIONS_OF_A_SERVER = tuple(
    option for option in OPTIONS if option.group in {"Server", "Database"} and option.name not in _SHARED
)
"""The settings that a table of a server may have."""

_OPTIONS = {option.name: option for option in OPTIONS_OF_A_SERVER}
_KINDS = ("auto", "private", "docker")
# The standard variables of a server with a name are MYSQL_NAME_HOST and so on.
_STANDARD: tuple[Field, ...] = ("host", "port", "user", "password", "database", "url")


def load_servers(
    first: Settings, found: Inherited | None, environ: Mapping[str, str]
) -> tuple[Settings, ...]:
    """The settings of the other servers of a run, whose first server has the settings ``first``.

    Raises one UsageError for all wrong names, keys and values.
    """
    problems: list[UsageError] = []
    servers: list[Settings] = []
    if found:
        for name, table in _tables(found):
            try:
                servers.append(_server(name, table, first, found, environ))
            except UsageError as problem:
                problems.append(problem)
    problems += _names_used_twice((first, *servers))
    problems += _sockets_used_twice(first.all_servers + tuple(servers))
    raise_problems(problems)
    return tuple(servers)


def _tables(found: Inherited) -> Iterable[tuple[str, object]]:
    tables = found.table.values[TABLES]
    if not isinstance(tables, dict) or any(not isinstance(table, dict) for table in tables.values()):
        raise UsageError(
            f"[{TABLE}.{TABLES}] in {found.file} needs a name for each server",
            todo=f"write a table for each, such as [{TABLE}.{TABLES}.analytics]",
        )
    return tables.items()


def _server(
    name: str, table: object, first: Settings, found: Inherited, environ: Mapping[str, str]
) -> Settings:
    source = f"[{TABLE}.{TABLES}.{name}] in {found.file}"
    if not _NAME.fullmatch(name) or name == "replica":
        raise UsageError(
            f"{name!r} cannot be the name of a server",
            why=f"it came from {source}",
            todo="use small letters, digits and hyphens, and not the name replica",
        )
    if not isinstance(table, dict):
        raise UsageError(f"{source} is not a table", todo="write the settings of the server in it")
    problems = [_unknown_key(key, source) for key in table if key not in _OPTIONS]
    values: dict[str, Any] = {}
    sources: dict[str, Source] = dict(first.sources)
    for option in _OPTIONS.values():
        given = option.name in table
        sources[option.name] = Source("pyproject", f"{option.name} of {source}") if given else DEFAULT
        try:
            value = parse(option, table.get(option.name), sources[option.name])
        except UsageError as problem:
            problems.append(problem)
            continue
        inherited = given and found.folder != first.root
        values[option.field] = from_folder(option, value, found.folder) if inherited else value
    if values.get("mysql", "auto") not in _KINDS:
        problems.append(_wrong_kind(name, sources["mysql"]))
    raise_problems(problems)
    server = replace(first, name=name, mysql_host="", sources=sources, **values)
    standard = _STANDARD if first.standard_variables else ()
    bound, _ = bind(
        server.variables, environ, {f"{server.prefix}{field.upper()}": field for field in standard}
    )
    return replace(server, login_variables=bound)


def _unknown_key(key: str, source: str) -> UsageError:
    shared = any(option.name == key for option in OPTIONS)
    return UsageError(
        f"unknown setting {key!r} of a server",
        why=f"it is in {source}",
        todo=f"it is a setting of the whole run: write it in [{TABLE}]"
        if shared
        else did_you_mean(key, _OPTIONS) or "docs/mysql.md says which settings such a server has",
    )


def _wrong_kind(name: str, source: Source) -> UsageError:
    return UsageError(
        f"the server {name} cannot be of this kind",
        why=f"it came from {source.text}",
        todo=f"choose {', '.join(_KINDS[:-1])} or {_KINDS[-1]}; only the first server can be another one",
    )


def _names_used_twice(servers: tuple[Settings, ...]) -> Iterator[UsageError]:
    owners: dict[str, str] = {pair.name: "env" for pair in servers[0].env}
    for server in servers:
        owner = f"the server {server.name}" if server.name else "the first server"
        for variable in server.login_variables:
            other = owners.setdefault(variable.name, owner)
            if other != owner:
                yield UsageError(
                    f"{variable.name} has two values",
                    why=f"{other} and {owner} both set it",
                    todo="give one of the two another name; with standard-variables = false, ci-kit sets only"
                    " your own names",
                )


def _sockets_used_twice(servers: tuple[Settings, ...]) -> Iterator[UsageError]:
    """The paths at which two servers would make their sockets: the second takes it from the first."""
    sources: dict[str, str] = {}
    for server in servers:
        if not server.mysql_socket:
            continue
        path = os.path.normpath(server.root / server.mysql_socket)
        source = server.source("mysql-socket")
        if (other := sources.setdefault(path, source)) != source:
            yield UsageError(
                f"two servers cannot have the same socket {path}",
                why=f"one came from {other}, the other from {source}",
                todo="give each server a path of its own, or remove mysql-socket",
            )
