"""What each suite is: its source archive, and how its tests are called by hand and by ci-kit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FILES = Path(__file__).parent
PASSWORD = "suites"  # noqa: S105


@dataclass(frozen=True)
class Suite:
    """One version of a project whose tests need a server.

    ``folder`` is the archive's folder. ``pytest_args`` may contain ``{port}``, the server's TCP port.
    ``server_lines`` are lines of a my.cnf. They may contain ``{project}``, the unpacked archive.
    ``charset`` is the character set that the project creates its databases with; empty: the server's own.
    ``measured_by`` says what measures the coverage by hand: ``coverage run -m pytest``, or the plugin
    pytest-cov that ``pytest_args`` ask for. ``variables`` gives the environment of the tests for a port.
    ``prepare`` adds to the unpacked archive the files that the project's developers write by hand.
    """

    name: str
    requirement: str
    sha256: str
    folder: str
    pytest_args: tuple[str, ...]
    databases: tuple[str, ...]
    lock: str
    measured_by: Literal["coverage", "pytest-cov"] = "coverage"
    charset: str = ""
    server_lines: tuple[str, ...] = ()
    variables: Callable[[int], Mapping[str, str]] = lambda port: {}  # noqa: ARG005
    prepare: Callable[[Path, int], None] = lambda project, port: None  # noqa: ARG005

    @property
    def requirements(self) -> Path:
        """The packages that its tests need, with hashes."""
        return FILES / "requirements" / f"{self.lock}.txt"


def _write_databases(project: Path, port: int) -> None:
    login = {"host": "127.0.0.1", "port": port, "user": "root", "passwd": PASSWORD}
    databases = [
        {**login, "db": "test1", "use_unicode": True, "local_infile": True},
        {**login, "db": "test2"},
    ]
    Path(project, "pymysql", "tests", "databases.json").write_text(json.dumps(databases), encoding="utf-8")


def _add_fixtures(project: Path, port: int) -> None:  # noqa: ARG001
    source = FILES / "added" / "tortoise" / "conftest.py"
    shutil.copy(source, project)


def _tortoise_variables(port: int) -> dict[str, str]:
    return {"TORTOISE_TEST_DB": f"mysql://root:{PASSWORD}@127.0.0.1:{port}/test_{{}}"}


_AIOMYSQL = Suite(
    name="aiomysql",
    requirement="aiomysql==0.3.2",
    sha256="72d15ef5cfc34c03468eb41e1b90adb9fd9347b0b589114bd23ead569a02ac1a",
    folder="aiomysql-0.3.2",
    pytest_args=("tests", "--mysql-address=tcp=127.0.0.1:{port}", "--cov=aiomysql", "--cov=tests"),
    measured_by="pytest-cov",
    databases=("test_pymysql",),
    lock="aiomysql",
    server_lines=(
        "local_infile=ON",
        "ssl-ca={project}/tests/ssl_resources/ssl/ca.pem",
        "ssl-cert={project}/tests/ssl_resources/ssl/server-cert.pem",
        "ssl-key={project}/tests/ssl_resources/ssl/server-key.pem",
    ),
    variables=lambda port: {"MYSQL_ROOT_PASSWORD": PASSWORD},  # noqa: ARG005
)

# The archive lacks the conftest.py at its root, so added/tortoise/conftest.py defines its fixtures.
_TORTOISE = Suite(
    name="Tortoise",
    requirement="tortoise-orm==1.1.9",
    sha256="0399e1aa9518620f8b9c455598ac06ab890332c03e335cfca4b73b48d4e6abaa",
    folder="tortoise_orm-1.1.9",
    pytest_args=(
        *("tests", "--ignore=tests/benchmarks", "--ignore=tests/contrib"),
        *("--numprocesses=2", "--cov=tortoise", "--cov-branch"),
    ),
    measured_by="pytest-cov",
    databases=("tortoise",),
    lock="tortoise",
    variables=_tortoise_variables,
    prepare=_add_fixtures,
)

# The newest archive with these tests: later ones only have tests of logins.
_PYMYSQL = Suite(
    name="PyMySQL",
    requirement="PyMySQL==0.10.1",
    sha256="263040d2779a3b84930f7ac9da5132be0fefcd6f453a885756656103f8ee1fdd",
    folder="PyMySQL-0.10.1",
    pytest_args=("pymysql/tests",),
    databases=("test1", "test2"),
    charset="utf8mb4",
    lock="pymysql",
    server_lines=("local_infile=ON",),
    prepare=_write_databases,
)

SUITES = (_PYMYSQL, _AIOMYSQL, _TORTOISE)
