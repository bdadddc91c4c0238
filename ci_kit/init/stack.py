"""The libraries of a project that use a database, and the systems that these are for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ci_kit.init.code.logins import Login
from ci_kit.init.repository import Place, Repository
from ci_kit.managers.lock_files import lists_package, requirements_files
from ci_kit.managers.packages import declares, installs
from ci_kit.managers.table import managers_of

System: TypeAlias = Literal["MySQL", "PostgreSQL", "SQLite"]


@dataclass(frozen=True)
class Library:
    """A library: its name, its packages, the module that a project imports, and its system, if it has one.

    ``dialect`` is the driver's name in a URL of SQLAlchemy, ``is_async`` whether it is for asyncio.
    """

    name: str
    packages: tuple[str, ...]
    module: str
    system: System | None = None
    dialect: str = ""
    is_async: bool = False


LIBRARIES: tuple[Library, ...] = (
    Library("Tortoise ORM", ("tortoise-orm",), "tortoise"),
    Library("Django", ("django",), "django"),
    Library("SQLModel", ("sqlmodel",), "sqlmodel"),
    Library("SQLAlchemy", ("sqlalchemy", "flask-sqlalchemy"), "sqlalchemy"),
    Library("peewee", ("peewee",), "peewee"),
    Library("asyncmy", ("asyncmy",), "asyncmy", "MySQL", "asyncmy", is_async=True),
    Library("aiomysql", ("aiomysql",), "aiomysql", "MySQL", "aiomysql", is_async=True),
    Library("PyMySQL", ("pymysql",), "pymysql", "MySQL", "pymysql"),
    Library("mysqlclient", ("mysqlclient",), "MySQLdb", "MySQL", "mysqldb"),
    Library("MySQL Connector", ("mysql-connector-python",), "mysql", "MySQL", "mysqlconnector"),
    Library("MariaDB Connector", ("mariadb",), "mariadb", "MySQL", "mariadbconnector"),
    Library("psycopg", ("psycopg", "psycopg2", "psycopg2-binary"), "psycopg2", "PostgreSQL"),
    Library("asyncpg", ("asyncpg",), "asyncpg", "PostgreSQL"),
    Library("aiosqlite", ("aiosqlite",), "aiosqlite", "SQLite"),
)
"""ORMs first, then drivers. aiomysql comes before PyMySQL, which it needs."""

_IN_SOURCE: Mapping[System, re.Pattern[str]] = {
    "MySQL": re.compile(r"mysql(?:\+\w+)?://|backends\.mysql|MySQLDatabase|\bMYSQL_[A-Z]+\b|mariadb://"),
    "PostgreSQL": re.compile(
        r"postgres(?:ql)?(?:\+\w+)?://|backends\.(?:postgresql|asyncpg|psycopg)|PostgresqlDatabase"
    ),
    "SQLite": re.compile(r"sqlite(?:\+\w+)?://|backends\.sqlite|SqliteDatabase|\bsqlite3\b"),
}


_IMPORT = re.compile(
    rf"^\s*(?:import|from)\s+({'|'.join(library.module for library in LIBRARIES)})\b", re.MULTILINE
)
_ASYNC = re.compile(r"\bcreate_async_engine\b|\bAsyncSession\b")
_DECLARING = ("pyproject.toml", "Pipfile")


@dataclass(frozen=True)
class Stack:
    """What a project uses. ``libraries`` and ``systems`` have the place of the first evidence.

    ``is_async`` is whether it uses SQLAlchemy by asyncio.
    """

    libraries: Mapping[Library, Place]
    systems: Mapping[System, Place]
    is_async: bool = False

    def uses(self, *names: str) -> bool:
        return any(library.name in names for library in self.libraries)

    @property
    def drivers(self) -> tuple[Library, ...]:
        """The drivers of MySQL, the preferred one first."""
        found = (library for library in self.libraries if library.system == "MySQL")
        return tuple(sorted(found, key=lambda library: library.is_async != self.is_async))


def find_stack(
    repository: Repository, folder: Path, files: tuple[str, ...], logins: tuple[Login, ...]
) -> Stack:
    """The libraries and the systems of the project in a folder with these Python files."""
    imported = _imports(repository, files)
    found = (
        (library, _installed(repository, folder, library) or imported.get(library.module))
        for library in LIBRARIES
    )
    libraries = {library: place for library, place in found if place}
    systems: dict[System, Place] = {}
    for library, place in libraries.items():
        if library.system:
            systems.setdefault(library.system, place)
    if logins:
        systems.setdefault("MySQL", logins[0].place)
    for system, place in _in_source(repository, files):
        systems.setdefault(system, place)
    return Stack(libraries, systems, any(_ASYNC.search(repository.text(file)) for file in files))


def _installed(repository: Repository, folder: Path, library: Library) -> Place | None:
    """Where a project declares a library, or a lock file lists a driver that another package needs."""
    relative = folder.relative_to(repository.root).as_posix()
    prefix = "" if relative == "." else f"{relative}/"
    files = [f"{prefix}{name}" for name in (*_DECLARING, *requirements_files(folder))]
    for package in library.packages:
        declared = declares(folder, package) or any(
            lists_package(repository.root / file, package) for file in files if file.endswith(".txt")
        )
        extra = re.compile(rf"\[[^\]\n]*\b{package}\b", re.IGNORECASE)
        for file in files:
            # As an extra: tortoise-orm[asyncmy].
            if found := extra.search(repository.text(file)):
                return repository.place_of(file, found[0])
            if declared and package in repository.text(file).lower():
                return repository.place_at(file, repository.text(file).lower().index(package))
        for manager in managers_of(folder):
            # pip has no lock file that lists what another package needs.
            if manager.program and library.system == "MySQL" and installs(manager, folder, package):
                return Place(f"{prefix}{next(iter(manager.locks), 'pyproject.toml')}")
    return None


def _imports(repository: Repository, files: tuple[str, ...]) -> Mapping[str, Place]:
    """The first import of each library in the Python files."""
    found: dict[str, Place] = {}
    for file in files:
        text = repository.text(file)
        for one in _IMPORT.finditer(text):
            if one[1] not in found:
                found[one[1]] = Place(file, text.count("\n", 0, one.end()) + 1)
    return found


def _in_source(repository: Repository, files: tuple[str, ...]) -> Iterator[tuple[System, Place]]:
    for system, pattern in _IN_SOURCE.items():
        for file in files:
            if found := pattern.search(repository.text(file)):
                yield system, Place(file, repository.text(file).count("\n", 0, found.end()) + 1)
                break
