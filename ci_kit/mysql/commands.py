"""The commands ``ci-kit mysql …``: a server that outlives the command that started it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql import external
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.server import Ready
from ci_kit.mysql.kinds import choose_kind, make_server
from ci_kit.mysql.prepare.accounts import ROOT, prepare
from ci_kit.mysql.private.replicas import lag
from ci_kit.mysql.records import cleanup, store
from ci_kit.mysql.records.store import Record
from ci_kit.settings.loading import Settings
from ci_kit.timezone import set_timezone

# What a server that is up already can still be given.
_ADDED = ("database", "extra-databases", "create-database", "init-sql")


def up(host: Host, settings: Settings, runner: Runner) -> None:
    """Start the project's server and leave it running; if it is up already, with the database asked for."""
    set_timezone(host, settings, runner)
    # One at a time: of two at once, the second finds the server of the first.
    with host.locked(host.cache_root() / "up.lock"):
        found = _running(host, settings)
        if found:
            _reuse(host, settings, runner, found)
        else:
            _start(host, settings, runner)


def _reuse(host: Host, settings: Settings, runner: Runner, found: list[Record]) -> None:
    record, *replicas = found
    wanted = {
        "mysql": ("" if settings.mysql == "auto" else settings.mysql, record.kind),
        "mysql-host": ("" if record.ours else settings.mysql_host, record.host),
        "mysql-password": (settings.mysql_password, record.password),
        "mysql-port": (settings.mysql_port, record.port),
        "mysql-user": (settings.mysql_user, record.user),
        "timezone": (settings.timezone, record.timezone),
        "replicas": (settings.replicas, len(replicas)),
        **{name: (asked, record.asked.get(name)) for name, asked in store.asked(settings).items()},
    }
    for name, (asked, present) in wanted.items():
        if settings.given(name) and asked and asked != present:
            raise UsageError(
                f"the project's server is up with another {name}",
                why=f"{name} came from {settings.source(name)}",
                todo="end it first: `ci-kit mysql down`",
            )
    if any(map(settings.given, _ADDED)):
        record = _extended(host, settings, runner, record)
        store.save(host, record)
    where = f"{record.host}:{record.port}"
    host.console.step("mysql", f"{record.version} is up already at {where}, database {record.database}")
    runner.export(_variables([record, *replicas]))


def _extended(host: Host, settings: Settings, runner: Runner, record: Record) -> Record:
    """The record of a server that is up, after it has been given what the settings ask for besides."""
    database = settings.database if settings.given("database") else record.database
    added = replace(settings, database=database, mysql_user=record.user)
    if record.ours:
        prepare(host, _root(record), added, ours=runner.owns_machine or record.kind != "service")
    else:
        external.provide(host, record.endpoint, added)
    return replace(record, database=database)


def _start(host: Host, settings: Settings, runner: Runner) -> None:
    choice = choose_kind(host, settings, runner)
    server = make_server(host, settings, runner, choice)
    if server is None:
        raise UsageError("there is no server to start", why=f"mysql is off by {settings.source('mysql')}")
    with ExitStack() as cleanup:
        cleanup.callback(server.stop)
        server.start()
        with host.console.progress("mysql", "booting"):
            ready = server.ready()
        server.keep()
        if choice.kind == "external":
            external.remember(host, settings, ready)
    host.console.step("mysql", ready.describe(str(choice)))
    runner.export({"TZ": settings.timezone, **ready.environment(settings.database)})


def down(host: Host, settings: Settings) -> None:
    """End the servers that were left running for the project; fine if there is none."""
    ended = store.kept_records(host, settings.root)
    # A replica whose source went first would only complain of it.
    for record in reversed(ended):
        cleanup.end(host, record)
        became = _what_became(host, record)
        host.console.step("mysql", f"{record.version} at {record.host}:{record.port} {became}")
    if not ended:
        host.console.step("mysql", "no server is up for this project")
    cleanup.sweep(host)


def _what_became(host: Host, record: Record) -> str:
    if not record.ours:
        return "is forgotten; it is not ci-kit's to end"
    return "goes on, as it did before" if cleanup.is_up(host, record) else "is gone"


def status(host: Host, settings: Settings) -> dict[str, Any]:
    """What is known of the project's server; of each replica, its lag in seconds as well."""
    found = _running(host, settings)
    if not found:
        return {"server": "none"}
    record, *replicas = found
    facts = {
        "server": record.version,
        "kind": record.kind,
        "host": record.host,
        "port": record.port,
        "user": record.user,
        "database": record.database,
        "place": record.place,
    }
    if replicas:
        facts["replicas"] = [
            {"host": one.host, "port": one.port, "lag": lag(host, _root(one))} for one in replicas
        ]
    return facts


def environment(host: Host, settings: Settings) -> dict[str, str]:
    """The variables of the project's server. Raises UnavailableError if none is up."""
    found = _running(host, settings)
    if not found:
        raise UnavailableError("no server is up for this project", todo="start one: `ci-kit mysql up`")
    return _variables(found)


def _variables(found: list[Record]) -> dict[str, str]:
    record, *replicas = found
    ready = Ready(record.endpoint, None, tuple(one.endpoint for one in replicas))
    return {"TZ": record.timezone, **ready.environment(record.database)}


def _root(record: Record) -> Endpoint:
    return record.endpoint.as_user(ROOT, record.password)


def _running(host: Host, settings: Settings) -> list[Record]:
    """The project's server and its replicas, if it still runs; what is left of a dead one is cleaned up.

    An external one may only be out of reach for now.
    """
    found = store.kept_records(host, settings.root)
    for record in found:
        host.redactor.add(record.password)
    # Without its server, a replica is of no use.
    if found and not (found[0].replica == 0 and cleanup.is_up(host, found[0])):
        for record in found:
            if record.ours:
                cleanup.end(host, record)
        return []
    return found
