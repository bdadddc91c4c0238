"""The settings of a run beside the login: the server, the time zone, the SQL files and the tests."""

from __future__ import annotations

import os
from pathlib import PurePosixPath

from ci_kit.errors import UsageError
from ci_kit.init.compose import Service
from ci_kit.init.decision import Decisions
from ci_kit.init.facts import ProjectFacts
from ci_kit.init.names import login_field
from ci_kit.init.repository import Place
from ci_kit.settings.options.time_zone import TIME_ZONE

# What a server of a compose file has on its command line, and the settings for it.
_OPTIONS = {"character-set-server": "charset", "collation-server": "collation", "sql-mode": "sql-mode"}
# These change what the tests see. All others are for a server that lasts.
_LINES = ("lower-case-table-names", "max-allowed-packet", "local-infile", "log-bin-trust-function-creators")


def has_server(facts: ProjectFacts, decisions: Decisions) -> bool:
    """Whether the tests of a project need MySQL or MariaDB.

    Raises UsageError if they need PostgreSQL alone.
    """
    systems = facts.stack.systems
    for library, of_library in facts.stack.libraries.items():
        became = f"a driver for {library.system}" if library.system else "an ORM"
        decisions.found(library.name, of_library, became)
    if place := _evidence(facts):
        decisions.found("MySQL or MariaDB", place, "ci-kit starts a server")
        if "PostgreSQL" in systems:
            also = f"{systems['PostgreSQL']} uses PostgreSQL, too, which ci-kit does not start"
            decisions.warnings.append(also)
        return True
    if "PostgreSQL" in systems:
        raise UsageError(
            "the project uses PostgreSQL, and ci-kit starts only MySQL and MariaDB",
            why=f"it is in {systems['PostgreSQL']}, and no file of the project uses MySQL or MariaDB",
            todo='if the tests need no database, set mysql = "off" in [tool.ci-kit], and run `ci-kit init`'
            " again",
        )
    what = "SQLite" if "SQLite" in systems else "no database server"
    decisions.set("mysql", "off", systems.get("SQLite", "no file uses MySQL or MariaDB"), found=what)
    return False


def _evidence(facts: ProjectFacts) -> Place | None:
    """The first place that shows that a project uses MySQL or MariaDB."""
    if place := facts.stack.systems.get("MySQL"):
        return place
    servers = (service.place for service in facts.services if service.is_server)
    named = (one.place for one in facts.versions)
    # A login of an unknown driver is one of MySQL if there is no sign of another system.
    hosts = (read.place for read in facts.reads if login_field(read.name) in {"host", "url"})
    return next(iter((*servers, *named, *(() if facts.stack.systems else hosts))), None)


def decide_server(facts: ProjectFacts, decisions: Decisions, table: PurePosixPath) -> None:
    """The kind and the version of the server, and what its compose file sets.

    ``table`` is the folder of the pyproject.toml with the settings, relative to the repository.
    """
    for named in facts.versions[:1]:
        if named.only_documented:
            decisions.found(f"server {named.text}", named.place, "only an example: any version")
        else:
            decisions.set("mysql-version", named.text, named.place, found=f"server {named.text}")
    for service in facts.services:
        if service.is_server:
            _decide_options(service, decisions)
            paths = [os.path.relpath(path, table) for path in service.init_sql]
            if paths:
                decisions.set("init-sql", paths, service.place, found="SQL files of the server's container")
    for other in facts.others:
        decisions.warnings.append(
            f"{other.place} has {other.text}, which ci-kit does not start: if the tests need it, add a step"
            " for it to the workflow"
        )


def decide_time_zone(facts: ProjectFacts, decisions: Decisions) -> None:
    for zone in facts.zones[:1]:
        if zone.text == TIME_ZONE[0].default:
            decisions.found(f"time zone {zone.text}", zone.place, "ci-kit's default")
        else:
            decisions.set("timezone", zone.text, zone.place, found=f"time zone {zone.text}")


def decide_tests(facts: ProjectFacts, decisions: Decisions) -> None:
    suite = facts.suite
    if not suite.files:
        decisions.warnings.append(
            f"{facts.folder} has no tests yet: a run succeeds without tests, until min-tests is set"
        )
        return
    count = f"{len(suite.files)} test file{'s' if len(suite.files) > 1 else ''}"
    what = f"{suite.runner}, {count} in {suite.folder}"
    if suite.command:
        decisions.set("test-command", suite.command, suite.place, found=what)
    else:
        decisions.found(what, suite.place, "pytest, ci-kit's default")


def _decide_options(service: Service, decisions: Decisions) -> None:
    for name, value in service.options.items():
        default = name == "character-set-server" and value == "utf8mb4"
        if name in _OPTIONS and value and not default:
            decisions.set(_OPTIONS[name], value, service.place, found=f"--{name} of the server's container")
    lines = [f"{name}={service.options[name]}" for name in _LINES if name in service.options]
    if lines:
        decisions.set("mysql-settings", lines, service.place, found="options of the server's container")
