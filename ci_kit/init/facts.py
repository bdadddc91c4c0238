"""The facts about the projects of a repository: each module beside this one finds one kind of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from ci_kit.init.alembic import alembic_logins
from ci_kit.init.code.environment import Read, environment_reads
from ci_kit.init.code.frameworks import Found, settings_modules, zones
from ci_kit.init.code.logins import Login, logins
from ci_kit.init.code.module import Module
from ci_kit.init.code.pydantic_settings import settings_reads
from ci_kit.init.compose import Service, compose_services
from ci_kit.init.env_example import example_reads
from ci_kit.init.repository import Repository
from ci_kit.init.servers import Named, named_versions, other_services
from ci_kit.init.stack import Stack, find_stack
from ci_kit.init.suite import Suite, find_suite
from ci_kit.managers.table import managers_of, marker_names
from ci_kit.managers.toml_tables import read_table

_ROOT = PurePosixPath()
# Modules without any of these words tell nothing, and need not be parsed.
_WORDS = re.compile(
    r"environ|getenv|BaseSettings|decouple|starlette\.config|mysql|mariadb|timezone|TIME_ZONE|DJANGO",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ProjectFacts:
    """What the files of one project tell. ``folder`` is relative to the repository.

    The reads of the code come before those of examples of a ``.env`` file, and the code of the application
    before that of the tests.
    """

    folder: PurePosixPath
    suite: Suite
    stack: Stack
    reads: tuple[Read, ...]
    logins: tuple[Login, ...]
    zones: tuple[Found, ...]
    django_settings: tuple[Found, ...]
    services: tuple[Service, ...]
    versions: tuple[Named, ...]
    others: tuple[Named, ...]


def find_projects(repository: Repository, below: PurePosixPath) -> tuple[ProjectFacts, ...]:
    """The projects with tests in a folder of a repository, the nearest to its root first.

    If none has tests, the first project; empty if there is no project either.
    """
    owners = [folder for folder in _folders(repository) if _is_project(repository, folder)]
    grouped: dict[PurePosixPath, list[str]] = {}
    for name in repository.modules:
        path = PurePosixPath(name)
        if path.is_relative_to(below):
            owner = next((one for one in owners if path.is_relative_to(one)), _ROOT)
            grouped.setdefault(owner, []).append(name)
    found = [_facts(repository, folder, tuple(files)) for folder, files in sorted(grouped.items())]
    with_tests = tuple(facts for facts in found if facts.suite.files)
    # A project may have no tests yet. Beside others, it is a folder with tools.
    return with_tests or tuple(facts for facts in found if facts.folder in owners)[:1]


def _folders(repository: Repository) -> list[PurePosixPath]:
    """The folders that a file of a package manager is in, the innermost first."""
    markers = frozenset(marker_names()) | {"setup.py"}
    folders = {PurePosixPath(name).parent for name in repository.files if name.rpartition("/")[2] in markers}
    return sorted(folders, key=lambda one: (-len(one.parts), one))


def _is_project(repository: Repository, folder: PurePosixPath) -> bool:
    """Whether a folder is a project's own, and not one whose pyproject.toml only configures tools."""
    absolute = repository.root / folder
    if any(
        manager.name != "pip" or (absolute / "requirements.txt").is_file()
        for manager in managers_of(absolute)
    ):
        return True
    document = read_table(absolute / "pyproject.toml")
    return "project" in document or "build-system" in document or (absolute / "setup.py").is_file()


def _facts(repository: Repository, folder: PurePosixPath, files: tuple[str, ...]) -> ProjectFacts:
    # The application's own code decides before the tests and the migrations.
    ordered = tuple(sorted(files, key=lambda name: ("test" in name or "migrations/" in name, name)))
    modules = tuple(_modules(repository, ordered))
    in_modules = (login for one in modules for login in logins(one, repository.text(one.file)))
    found_logins = (*in_modules, *alembic_logins(repository, folder))
    order = {name: number for number, name in enumerate(ordered)}
    in_code = (*(read for one in modules for read in environment_reads(one)), *settings_reads(modules))
    reads = (
        *sorted(in_code, key=lambda read: (order[read.place.file], read.place.line)),
        *example_reads(repository, folder),
    )
    services = tuple(compose_services(repository, folder))
    return ProjectFacts(
        folder,
        find_suite(repository, folder, files),
        find_stack(repository, repository.root / folder, ordered, found_logins),
        reads,
        found_logins,
        tuple(zone for one in modules for zone in zones(one)),
        tuple(found for one in modules for found in settings_modules(one)),
        services,
        tuple(named_versions(repository, folder, services)),
        tuple(other_services(repository, services)),
    )


def _modules(repository: Repository, files: tuple[str, ...]) -> Iterator[Module]:
    for name in files:
        source = repository.text(name)
        if _WORDS.search(source) and (module := Module.parse(name, source)):
            yield module
