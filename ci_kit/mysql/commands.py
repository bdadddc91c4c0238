"""The commands ``ci-kit mysql …``: a server that outlives the command that started it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.client.version import parse_version
from ci_kit.mysql.external import provide_databases
from ci_kit.mysql.kinds import KINDS
from ci_kit.mysql.opening import (
    RunningServer,
    StartingServer,
    login_environment,
    open_server,
    placeholder_values,
    server_cleanup,
)
from ci_kit.mysql.prepare.preparation import prepare_server
from ci_kit.mysql.private.replicas import lag
from ci_kit.mysql.records import store
from ci_kit.mysql.records.cleanup import Cleanup
from ci_kit.mysql.records.record import Record, fixed_settings
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.pairs import Pair
from ci_kit.settings.placeholders import can_fill, fill
from ci_kit.settings.settings import Settings
from ci_kit.settings.variables import Variable, environment_texts, merge, names_of, variables
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
        for server in settings.all_servers or (settings,):
            if found := _running(server, runner):
                there.append(_reuse(server, runner, found))
            else:
                starting.append(open_server(server, runner, cleanup))
        started = [one.wait() for one in starting]
        with host.ignore_interrupts():
            for one in started:
                one.keep()
    for one in started:
        host.console.step("mysql", one.describe())
    runner.export(_environment(settings, [*there, *started]))


@dataclass(frozen=True)
class KeptServer:
    """A server that an earlier command left running: its record, and those of its replicas."""

    settings: Settings
    record: Record
    replicas: tuple[Record, ...]

    @property
    def access(self) -> Access:
        return Access(self.record.login, None, tuple(one.login for one in self.replicas))

    @property
    def database(self) -> str:
        return self.record.database

    @property
    def login_variables(self) -> tuple[Variable, ...]:
        """The variables of its start, and those of the settings now."""
        return merge(variables(self.record.variables), self.settings.login_variables)

    @property
    def env(self) -> tuple[Pair, ...]:
        """The setting ``env`` of its start, and that of now."""
        both = (*environment_texts(self.record.env), *self.settings.env)
        return tuple({pair.name: pair for pair in both}.values())


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
    found = _running(settings, runner)
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


def environment(settings: Settings, runner: Runner) -> dict[str, str]:
    """The variables of the project's servers. Raises UnavailableError if one is not up."""
    servers: list[KeptServer] = []
    for server in settings.all_servers or (settings,):
        found = _running(server, runner)
        if not found:
            missing = f"the server {server.name} is not up" if server.name else "no server is up"
            raise UnavailableError(f"{missing} for this project", todo="start one: `ci-kit mysql up`")
        servers.append(found)
    return _environment(settings, servers)


def _environment(settings: Settings, servers: Sequence[KeptServer | RunningServer]) -> dict[str, str]:
    """The variables for later steps."""
    zones = [one.record.timezone for one in servers if isinstance(one, KeptServer)]
    values = placeholder_values(servers)
    pairs = [pair for one in servers for pair in one.env]
    return {
        "TZ": next(iter(zones), settings.timezone),
        **login_environment(servers),
        # A text of the start may need a server that the settings no longer have.
        **{pair.name: fill(pair.text, values) for pair in pairs if can_fill(pair.text, values)},
    }


def _running(settings: Settings, runner: Runner) -> KeptServer | None:
    """The project's running server; removes what is left of a dead one.

    The record of an external server stays: the server may be unreachable only for now.
    """
    cleanup = server_cleanup(runner.host)
    found = cleanup.kept(settings.root, settings.name)
    for record in found:
        runner.host.redactor.name_variables(names_of("password", variables(record.variables)))
        runner.hide(record.password)
    # Replicas are useless without their source.
    if found and found[0].replica == 0 and cleanup.is_up(found[0]):
        return KeptServer(settings, found[0], tuple(found[1:]))
    for record in found:
        if cleanup.is_ours(record):
            cleanup.end(record)
    return None
