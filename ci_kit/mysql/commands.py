"""The commands ``ci-kit mysql …``: a server that outlives the command that started it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host import Host
from ci_kit.mysql import state
from ci_kit.mysql.admin import ROOT, prepare
from ci_kit.mysql.provider import choose_kind, make_server
from ci_kit.settings import Settings
from ci_kit.timezone import set_timezone


def up(host: Host, settings: Settings, runner: Runner) -> None:
    """Start the project's server and leave it running; if it is up already, with the database asked for."""
    set_timezone(host, settings, runner)
    # One at a time: of two at once, the second finds the server of the first.
    with host.locked(host.cache_root() / "up.lock"):
        record = _running(host, settings)
        if record:
            _reuse(host, settings, runner, record)
        else:
            _start(host, settings, runner)


def _reuse(host: Host, settings: Settings, runner: Runner, record: state.Record) -> None:
    wanted = {
        "mysql-password": (settings.mysql_password, record.password),
        "mysql-port": (settings.mysql_port, record.port),
        "mysql-user": (settings.mysql_user, record.user),
        "timezone": (settings.timezone, record.timezone),
    }
    for name, (asked, present) in wanted.items():
        if settings.given(name) and asked != present:
            raise UsageError(
                f"the project's server is up with another {name}",
                why=f"{name} came from {settings.source(name)}",
                todo="end it first: `ci-kit mysql down`",
            )
    if settings.given("database"):
        prepare(host, record.endpoint.as_user(ROOT, record.password), settings)
        record = replace(record, database=settings.database)
        state.save(host, record)
    where = f"{record.host}:{record.port}"
    host.console.step("mysql", f"{record.version} is up already at {where}, database {record.database}")
    runner.export(record.environment())


def _start(host: Host, settings: Settings, runner: Runner) -> None:
    server = make_server(host, settings, runner)
    if server is None:
        raise UsageError("there is no server to start", why=f"mysql is off by {settings.source('mysql')}")
    with ExitStack() as cleanup:
        cleanup.callback(server.stop)
        server.start()
        with host.console.progress("mysql", "booting"):
            ready = server.ready()
        server.keep(wanted=True)
    kind, why = choose_kind(host, settings, runner)
    login = ready.login
    host.console.step("mysql", f"{ready.version or 'a server'}, {kind} ({why}), {login.host}:{login.port}")
    runner.export({"TZ": settings.timezone, **login.environment(settings.database)})


def down(host: Host, settings: Settings) -> None:
    """End the servers that were left running for the project; fine if there is none."""
    ended = [record for record in state.records(host) if record.kept and record.project == str(settings.root)]
    for record in ended:
        state.end(host, record)
        host.console.step("mysql", f"{record.version} at {record.host}:{record.port} is gone")
    if not ended:
        host.console.step("mysql", "no server is up for this project")
    state.sweep(host)


def status(host: Host, settings: Settings) -> dict[str, str]:
    """What is known of the project's server."""
    record = _running(host, settings)
    if record is None:
        return {"server": "none"}
    return {
        "server": record.version,
        "host": record.host,
        "port": str(record.port),
        "user": record.user,
        "database": record.database,
        "folder": record.folder,
    }


def environment(host: Host, settings: Settings) -> dict[str, str]:
    """The variables of the project's server. Raises UnavailableError if none is up."""
    record = _running(host, settings)
    if record is None:
        raise UnavailableError("no server is up for this project", todo="start one: `ci-kit mysql up`")
    return record.environment()


def _running(host: Host, settings: Settings) -> state.Record | None:
    """The project's server, if it still runs; what is left of one that died is cleaned up."""
    record = state.kept_record(host, settings.root)
    if record and not state.processes(host, Path(record.folder)):
        state.end(host, record)
        return None
    if record:
        host.redactor.add(record.password)
    return record
