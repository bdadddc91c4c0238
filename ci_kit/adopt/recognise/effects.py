"""What commands of a workflow do. A recogniser gives one of these effects, or None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True)
class Zone:
    """The machine's time zone is set; an empty name is a part of it, such as ``rm /etc/localtime``."""

    name: str


@dataclass(frozen=True)
class ServerStart:
    """The machine's service is started. ``product`` is ``mysql`` or ``mariadb``."""

    product: str


@dataclass(frozen=True)
class Database:
    """A database is created."""

    name: str
    charset: str = ""
    collation: str = ""


@dataclass(frozen=True)
class Account:
    """A user is created, or gets a password; None if the password stays."""

    user: str
    password: str | None


@dataclass(frozen=True)
class ServerSetting:
    """A global variable of the server is set."""

    name: str
    value: str


@dataclass(frozen=True)
class SqlFile:
    """A file of SQL runs in a database; empty for the one that its own ``USE`` names."""

    path: str
    database: str = ""


@dataclass(frozen=True)
class Neutral:
    """It changes nothing that lasts: a message, a pause, ``FLUSH PRIVILEGES``."""


SqlEffect: TypeAlias = Database | Account | ServerSetting | SqlFile | Neutral


@dataclass(frozen=True)
class Sql:
    """Statements for the server."""

    effects: tuple[SqlEffect, ...]


@dataclass(frozen=True)
class Wait:
    """The server is waited for. ``sure`` is false for a pause, which may be for something else."""

    sure: bool = True


@dataclass(frozen=True)
class Container:
    """A server is started in a container. ``port`` is the port on the machine; empty if there is none."""

    version: str
    environment: Mapping[str, str] = field(default_factory=dict)
    port: str = ""


@dataclass(frozen=True)
class Count:
    """The tests are counted. ``empty_fails``: the job fails if there are none."""

    empty_fails: bool = False


@dataclass(frozen=True)
class TestRun:
    """Tests run. ``words`` begin with ``pytest``, or with ``python`` for another program.

    ``coverage`` is what measures: ``coverage``, ``pytest-cov`` or nothing. ``options`` are those of
    ``coverage run``. ``bare`` has the words, by their numbers from the end, whose expressions have no quotes:
    their values may be several words.
    """

    __test__ = False

    words: tuple[str, ...]
    coverage: Literal["coverage", "pytest-cov", ""] = ""
    options: tuple[str, ...] = ()
    bare: frozenset[int] = frozenset()
    passes_anyway: bool = False
    problem: str = ""

    @property
    def is_pytest(self) -> bool:
        return self.words[0] == "pytest"


@dataclass(frozen=True)
class CoverageReport:
    """coverage reports. ``inputs`` are those of the action that do the same."""

    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExitCode:
    """The exit code of pytest is judged by hand, usually because of 5: no tests."""


@dataclass(frozen=True)
class Export:
    """A variable for the steps that follow. It stays where it is."""

    name: str
    value: str


@dataclass(frozen=True)
class Assign:
    """A variable of the script; None if its value is not known. Programs see it if it is ``exported``."""

    name: str
    value: str | None
    exported: bool = False


@dataclass(frozen=True)
class Folder:
    """``cd``: the folder of the commands that follow."""

    path: str


@dataclass(frozen=True)
class Activate:
    """An environment is activated, or the shell is set up: ``set -e``."""


@dataclass(frozen=True)
class Harmless:
    """It needs no server, and stays: the installation of packages, a linter."""


@dataclass(frozen=True)
class Unknown:
    """Nothing is known about it. ``why`` is a reason of its own."""

    why: str = ""
    is_server: bool = False
    runs_tests: bool = False


Effect: TypeAlias = (
    Zone
    | ServerStart
    | Sql
    | Wait
    | Container
    | Count
    | TestRun
    | CoverageReport
    | ExitCode
    | Export
    | Assign
    | Folder
    | Activate
    | Neutral
    | Harmless
    | Unknown
)
