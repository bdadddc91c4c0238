"""The examination: each step that a run begins with, asked what it would do, without an effect.

The sections call the same functions as a run. Their errors are therefore those of a run.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ci_kit import __version__
from ci_kit.doctor.section import Section
from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.github import Runner
from ci_kit.managers.table import managers_of
from ci_kit.mysql.choice import choose_kind
from ci_kit.mysql.client.answering import look_at
from ci_kit.mysql.container.engine import engine_states
from ci_kit.mysql.container.image import with_official_image
from ci_kit.mysql.external import external_login
from ci_kit.mysql.kept import require_server
from ci_kit.mysql.kinds import check_settings
from ci_kit.mysql.opening import server_cleanup
from ci_kit.mysql.private.program import require_server_program, server_programs
from ci_kit.mysql.service.manager import find_unit
from ci_kit.mysql.service.version import require_version, service_version
from ci_kit.settings.option import ServerKind
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.project_folders import project_folders
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import modules_of, read_commands
from ci_kit.testing.programs import find_programs
from ci_kit.testing.python import inspect_project
from ci_kit.timezone import set_timezone

_TOOLS = {
    "pytest": "pytest",
    "coverage": "coverage",
    "xdist": "pytest-xdist",
    "pytest_jsonreport": "pytest-json-report",
}


def examine(settings: Settings, runner: Runner) -> list[Section]:
    """What a run with these settings would do and use. ``runner`` has a host without effects."""
    sections: list[Section] = []
    for name, look in _looks(settings, runner):
        try:
            section = look()
        except CiKitError as problem:
            section = Section(name, problem=problem)
        sections.append(section)
    return sections


def _looks(settings: Settings, runner: Runner) -> Iterator[tuple[str, Callable[[], Section]]]:
    yield "machine", partial(_machine, runner)
    yield "project", partial(_project, settings, runner)
    yield "timezone", partial(_timezone, settings, runner)
    yield "tests", partial(_tests, settings, runner)
    for server in settings.all_servers:
        yield _server_name(server), partial(_server, server, runner)
    if not settings.all_servers:
        yield "server", partial(_no_server, settings)
    yield "available", partial(_available, settings, runner)
    yield "settings", partial(_settings, settings)


def _machine(runner: Runner) -> Section:
    if runner.machine_is_disposable:
        where = "a machine that exists for one job"
    elif runner.real:
        where = "a self-hosted runner"
    else:
        where = "act" if runner.present else "not a runner"
    system, cores = platform.platform(terse=True), os.cpu_count() or 1
    facts = {"system": system, "cores": cores, "disposable": runner.machine_is_disposable}
    own = f"ci-kit {__version__} in Python {platform.python_version()}"
    return Section(
        "machine", (f"{system}, {cores} cores, {where}", own), facts | {"ci_kit": __version__, "where": where}
    )


def _project(settings: Settings, runner: Runner) -> Section:
    folders = project_folders(settings.root, runner.host.environ)
    managers = [manager.name for folder in folders for manager in managers_of(folder)]
    manager = managers[0] if managers else ""
    lines = (f"{folders[0]}, {manager or 'no package manager'}",)
    return Section("project", lines, {"folder": str(folders[0]), "package_manager": manager})


def _timezone(settings: Settings, runner: Runner) -> Section:
    scope = "the machine" if set_timezone(settings, runner) else "this run alone"
    source = settings.source("timezone")
    facts = {"zone": settings.timezone, "scope": scope, "source": source}
    return Section("timezone", (f"{settings.timezone}, {scope} (from {source})",), facts)


def _tests(settings: Settings, runner: Runner) -> Section:
    """The commands of the tests, and the project's Python that runs them."""
    commands = read_commands(settings)
    project = inspect_project(runner.host, settings, modules=modules_of(commands))
    find_programs(runner.host, settings, project, commands)
    texts = [str(command) for command in commands]
    measured = "under coverage" if settings.coverage else "without coverage"
    tools = [name for module, name in _TOOLS.items() if module in project.has]
    facts = {"commands": texts, "coverage": settings.coverage, "has": tools}
    facts |= {"python": list(project.python), "version": project.version, "why": project.why}
    return Section(
        "tests",
        (
            *(f"`{text}`, {measured}" for text in texts),
            f"Python {project}",
            f"it has {', '.join(tools) or 'no test tool'}",
        ),
        facts,
    )


def _server_name(settings: Settings) -> str:
    return f"server {settings.name}" if settings.name else "server"


def _no_server(settings: Settings) -> Section:
    return Section("server", (f"none (mysql is off by {settings.source('mysql')})",), {"kind": "off"})


def _server(settings: Settings, runner: Runner) -> Section:
    if settings.mysql == "kept":
        return _kept(settings, runner)
    choice = choose_kind(settings, runner)
    check_settings(settings, choice, runner.host.console)
    uses = _USES[choice.kind](settings, runner)
    login = f"user {settings.mysql_user}, database {settings.database}"
    facts = {"kind": choice.kind, "why": choice.why, "uses": uses}
    facts |= {"user": settings.mysql_user, "database": settings.database}
    return Section(_server_name(settings), (f"{choice}: {uses}", login), facts)


def _kept(settings: Settings, runner: Runner) -> Section:
    record = require_server(settings, runner).record
    uses = f"{record.version}, {record.host}:{record.port}"
    facts = {"kind": "kept", "why": settings.source("mysql"), "uses": uses}
    facts |= {"user": record.user, "database": record.database}
    lines = (f"kept ({settings.source('mysql')}): {uses}", f"user {record.user}, database {record.database}")
    return Section(_server_name(settings), lines, facts)


def _private(settings: Settings, runner: Runner) -> str:
    program = require_server_program(runner.host, settings)
    return f"{program.version}, {program.path}"


def _service(settings: Settings, runner: Runner) -> str:
    unit = find_unit(runner.host)
    if not unit:
        return "the machine has no service of MySQL or MariaDB"
    require_version(runner.host, settings, unit)
    return f"{service_version(runner.host, unit) or 'unknown version'}, {unit.name}"


def _docker(settings: Settings, _runner: Runner) -> str:
    return f"the image {with_official_image(settings).mysql_image}"


def _external(settings: Settings, runner: Runner) -> str:
    login = external_login(settings, runner.host)
    address = f"{login.host}:{login.port}"
    answer = look_at(login.host, login.port, patient=False)
    if not answer:
        raise UnavailableError(
            f"no server answers at {address}",
            why=f"mysql-host came from {settings.source('mysql-host')},"
            f" mysql-port from {settings.source('mysql-port')}",
            todo="start that server, or correct the address",
        )
    return f"{answer.version or 'a server of unknown version'}, {address}"


_USES: dict[ServerKind, Callable[[Settings, Runner], str]] = {
    "private": _private,
    "service": _service,
    "docker": _docker,
    "external": _external,
}


def _available(settings: Settings, runner: Runner) -> Section:
    """What the machine has, whatever the run uses."""
    host = runner.host
    programs = [f"{found.version}, {found.path}" for found in server_programs(host)]
    unit = find_unit(host)
    service = f"{unit.name}, {unit.state(host)}" if unit else ""
    engines = engine_states(host)
    kept = [
        f"{record.version} at {record.host}:{record.port}"
        for record in server_cleanup(host).kept(settings.root)
    ]
    lines = (
        *(programs or ["no server program"]),
        f"service {service}" if service else "no service",
        *engines,
        *(f"{one}, up since `ci-kit mysql up`" for one in kept),
    )
    return Section(
        "available", lines, {"programs": programs, "service": service, "engines": engines, "kept": kept}
    )


def _settings(settings: Settings) -> Section:
    """The settings that do not have their default, each with its source."""
    facts: dict[str, Any] = {}
    for option in OPTIONS:
        if settings.given(option.name):
            value = "***" if option.secret else _text(settings.value(option))
            facts[option.name] = {"value": value, "source": settings.source(option.name)}
    lines = tuple(f"{name} = {one['value']} (from {one['source']})" for name, one in facts.items())
    return Section("settings", lines or ("all are the defaults",), facts)


def _text(value: object) -> str:
    match value:
        case tuple():
            return " ".join(_text(one) for one in value)
        case bool():
            return str(value).lower()
    return str(value)
