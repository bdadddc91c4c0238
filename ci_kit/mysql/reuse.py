"""A running server that another command uses: whether the settings fit it, and what they add to it."""

from __future__ import annotations

from dataclasses import replace

from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.mysql.client.program import client_program
from ci_kit.mysql.client.version import parse_version
from ci_kit.mysql.external import provide_databases
from ci_kit.mysql.kept import KeptServer
from ci_kit.mysql.kinds import KINDS
from ci_kit.mysql.prepare.preparation import prepare_server
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record, fixed_settings
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.settings import Settings

# A server that is already up can still get these. Its login stays; variables do not concern the server.
_FIXED = ("mysql-user", "mysql-password", "variables", "env", "standard-variables")
_ADDED = tuple(option.name for option in OPTIONS if option.group == "Database" and option.name not in _FIXED)


def reuse(settings: Settings, runner: Runner, found: KeptServer) -> KeptServer:
    """The running server, with the databases and the variables that the settings add.

    Raises UsageError if a setting differs from what the server was started with.
    """
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
        "mysql", f"{named(record)}{record.version} is already up at {address}, database {record.database}"
    )
    return replace(found, record=record)


def _require_same(settings: Settings, found: KeptServer) -> None:
    """Raise UsageError if a setting differs from what the running server was started with."""
    record = found.record
    elsewhere = KINDS[record.kind].lifetime == "elsewhere"
    pairs = {
        "mysql": ("" if settings.mysql in ("auto", "kept") else settings.mysql, record.kind),
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


def named(record: Record) -> str:
    """The name of a server before its facts; empty for the first server."""
    return f"{record.name}: " if record.name else ""
