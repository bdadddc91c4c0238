"""``ci-kit mysql up``, ``down`` and ``status``: a server that outlives the command that started it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.version import parse_version
from ci_kit.mysql.external import provide_databases
from ci_kit.mysql.kept import KeptServer, running_server, server_environment
from ci_kit.mysql.kinds import KINDS
from ci_kit.mysql.opening import StartingServer, open_server, server_cleanup
from ci_kit.mysql.prepare.preparation import prepare_server
from ci_kit.mysql.private.replicas import lag
from ci_kit.mysql.records import store
from ci_kit.mysql.records.cleanup import Cleanup
from ci_kit.mysql.records.record import Record, fixed_settings
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.settings import Settings
from ci_kit.timezone import set_timezone

# A server that is already up can still get these. Its login stays; variables do not concern the server.
_FIXED = ("mysql-user", "mysql-password", "variables", "env", "standard-variables")
_ADDED = tuple(option.name for option in OPTIONS if option.group == "Database" and option.name not in _FIXED)


def up(settings: Settings, runner: Runner) -> None:
    """Start the project's servers and leave them running; one that is already up only gets the databases.

    If one of them cannot start, those that this command has started end.
    """
    set_timezone(settings, runner)
    # One command at a time: the second of two finds the server of the first.
    host = runner.host
    with host.locked(host.cache_root() / "up.lock"), ExitStack() as cleanup:
        there: list[KeptServer] = []
        starting: list[StartingServer] = []
        # It serves no run of pytest yet, so the number of workers does not decide about its kind.
        settings = settings.with_one_worker()
        for server in settings.all_servers or (settings,):
            if found := running_server(server, runner):
                there.append(_reuse(server, runner, found))
            else:
                starting.append(open_server(server, runner, cleanup))
        started = [one.wait() for one in starting]
        with host.ignore_interrupts():
            for one in started:
                one.keep()
    for one in started:
        host.console.step("mysql", one.describe())
    runner.export(server_environment(settings, [*there, *started]))


def _reuse(settings: Settings, runner: Runner, found: KeptServer) -> KeptServer:
    _require_same(settings, found)
    record = replace(
        found.record,
        variables=[str(variable) for variable in found.login_variables],
        env=[str(pair) for pair in found.env],
    )
    if any(map(settings.given, _ADDED)):
        record = _extended(settings, runner, record)
    store.save(runner.host, record)
    address = f"{record.host}:{record.port}"
    runner.host.console.step(
        "mysql", f"{_named(record)}{record.version} is already up at {address}, database {record.database}"
    )
    return replace(found, record=record)


def _require_same(settings: Settings, found: KeptServer) -> None:
    """Raise UsageError if a setting differs from what the running server was started with."""
    record = found.record
    elsewhere = KINDS[record.kind].lifetime == "elsewhere"
    pairs = {
        "mysql": ("" if settings.mysql == "auto" else settings.mysql, record.kind),
        "mysql-version": (settings.mysql_version, _version_there(settings, record)),
        "mysql-host": (settings.mysql_host if elsewhere else "", record.host),
        "mysql-password": (settings.mysql_password, record.password),
        "mysql-port": (settings.mysql_port, record.port),
        "mysql-user": (settings.mysql_user, record.user),
        "timezone": (settings.timezone, record.timezone),
        "replicas": (settings.replicas, len(found.replicas)),
        **{name: (value, record.fixed.get(name)) for name, value in fixed_settings(settings).items()},
    }
    for name, (wanted, present) in pairs.items():
        if settings.given(name) and wanted and wanted != present:
            raise UsageError(
                f"the running server uses a different {name}",
                why=f"{name} came from {settings.source(name)}",
                todo="end the server first: `ci-kit mysql down`",
            )


def _version_there(settings: Settings, record: Record) -> object:
    """The version of the settings if the running server fits it, otherwise the version of the server."""
    version = parse_version(record.version)
    return settings.mysql_version if version and version.fits(settings.mysql_version) else version


def _extended(settings: Settings, runner: Runner, record: Record) -> Record:
    """Give a running server the databases that the settings add; gives its new record."""
    database = settings.database if settings.given("database") else record.database
    added = replace(settings, database=database, mysql_user=record.user)
    lifetime = KINDS[record.kind].lifetime
    if lifetime == "elsewhere":
        provide_databases(runner.host, record.login, added)
    else:
        client = client_program(runner.host, record.root)
        ours = runner.machine_is_disposable or lifetime != "machine"
        prepare_server(runner.host, record.root, added, client=client, ours=ours)
    return replace(record, database=database)


def down(runner: Runner, root: Path | None) -> None:
    """End the servers that were kept for the project in ``root``, or for all projects, if there are any.

    Raises UnavailableError for the first that cannot be ended, after all others.
    """
    host = runner.host
    cleanup = server_cleanup(host)
    ended = cleanup.kept(root)
    failed: list[UnavailableError] = []
    # Replicas first: without its source, a replica would only log errors.
    for record in reversed(ended):
        try:
            state = _end(cleanup, record)
        except UnavailableError as error:
            failed.append(error)
            continue
        owner = "" if root else f" of {record.project}"
        host.console.step(
            "mysql", f"{_named(record)}{record.version} at {record.host}:{record.port}{owner} {state}"
        )
    if not ended:
        host.console.step("mysql", f"no server is up{' for this project' if root else ''}")
    cleanup.sweep()
    for problem in failed[1:]:
        host.console.error(problem.lines())
    if failed:
        raise failed[0]


def _end(cleanup: Cleanup, record: Record) -> str:
    """End a server; gives its state after that."""
    cleanup.end(record)
    if not cleanup.is_ours(record):
        return "is forgotten; ci-kit does not end an external server"
    return "stays up, as it was before" if cleanup.is_up(record) else "is gone"


def _named(record: Record) -> str:
    return f"{record.name}: " if record.name else ""


def status(settings: Settings, runner: Runner) -> dict[str, Any]:
    """The facts about the project's server; for each replica also its lag, in seconds.

    ``servers`` has those about the servers with a name, if there are any.
    """
    others = {server.name: _facts(server, runner) for server in settings.servers}
    return _facts(settings, runner) | ({"servers": others} if others else {})


def _facts(settings: Settings, runner: Runner) -> dict[str, Any]:
    found = running_server(settings, runner)
    if not found:
        return {"server": "none"}
    record = found.record
    facts = {
        "server": record.version,
        "kind": record.kind,
        "host": record.host,
        "port": record.port,
        "user": record.user,
        "database": record.database,
        "place": record.place,
    }
    if found.replicas:
        facts["replicas"] = [
            {"host": one.host, "port": one.port, "lag": lag(runner.host, one.root)} for one in found.replicas
        ]
    return facts
