"""What each suite is: its source archive, and how the project's developers run its tests by hand.

How ci-kit runs them is in ``added/NAME/pyproject.toml``, as a maintainer of the project writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FILES = Path(__file__).parent


@dataclass(frozen=True)
class Suite:
    """One version of a project whose tests need a server.

    ``sha256`` is the hash of the source archive, and ``folder`` the project's folder in it. The tests start
    in its subfolder ``start``. An ``editable`` project is installed in editable mode: its tests import it
    from another folder. Each line of ``commands`` is a command. ``user`` is the one that the tests log in as.
    ``server_lines`` are lines of a my.cnf: its own, or those of the packages of MariaDB, such as
    ``character-set-server``. ``files`` are those that developers write by hand, each with its template.
    ``for_workers`` are flags of ``ci-kit run`` for a comparison of one worker with several.

    Commands, variables and my.cnf lines may contain ``{host}``, ``{port}``, ``{user}``, ``{password}`` and
    ``{project}``, the unpacked archive.
    """

    name: str
    requirement: str
    sha256: str
    folder: str
    commands: str
    databases: tuple[str, ...] = ()
    start: str = ""
    editable: bool = False
    user: str = "root"
    server_lines: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    for_workers: tuple[str, ...] = ()

    @property
    def added(self) -> Path:
        """The files that the project needs and its archive does not have."""
        return FILES / "added" / self.name.lower()

    @property
    def requirements(self) -> Path:
        """The packages that its tests need, with hashes."""
        return FILES / "requirements" / f"{self.name.lower()}.txt"


# The newest archive with these tests: later ones only have tests of logins.
_PYMYSQL = Suite(
    name="PyMySQL",
    requirement="PyMySQL==0.10.1",
    sha256="263040d2779a3b84930f7ac9da5132be0fefcd6f453a885756656103f8ee1fdd",
    folder="PyMySQL-0.10.1",
    commands="coverage run -m pytest pymysql/tests",
    databases=("test1", "test2"),
    server_lines=("local_infile=ON", "character-set-server=utf8mb4"),
    files={"pymysql/tests/databases.json": "pymysql/tests/databases.json.template"},
)

# test_sscursor_cancel cancels a query that may be finished. Coverage includes the tests, and differs by it.
_AIOMYSQL = Suite(
    name="aiomysql",
    requirement="aiomysql==0.3.2",
    sha256="72d15ef5cfc34c03468eb41e1b90adb9fd9347b0b589114bd23ead569a02ac1a",
    folder="aiomysql-0.3.2",
    commands="""
        pytest tests --deselect=tests/test_sscursor.py::test_sscursor_cancel \
            --mysql-address=tcp={host}:{port} --cov=aiomysql --cov=tests
    """,
    databases=("test_pymysql",),
    server_lines=(
        "local_infile=ON",
        "ssl-ca={project}/tests/ssl_resources/ssl/ca.pem",
        "ssl-cert={project}/tests/ssl_resources/ssl/server-cert.pem",
        "ssl-key={project}/tests/ssl_resources/ssl/server-key.pem",
    ),
    variables={"MYSQL_ROOT_PASSWORD": "{password}"},
)

# The archive lacks the conftest.py at its root, so added/tortoise/conftest.py defines its fixtures.
# Tests of speed are left out: on a busy machine they fail.
_TORTOISE = Suite(
    name="Tortoise",
    requirement="tortoise-orm==1.1.9",
    sha256="0399e1aa9518620f8b9c455598ac06ab890332c03e335cfca4b73b48d4e6abaa",
    folder="tortoise_orm-1.1.9",
    commands="""
        pytest tests --ignore=tests/benchmarks --ignore=tests/contrib \
            --ignore=tests/migrations/test_state_performance.py \
            --numprocesses=2 --cov=tortoise --cov-branch
    """,
    variables={"TORTOISE_TEST_DB": "mysql://{user}:{password}@{host}:{port}/test_{}"},
)

# README.unittests.rst describes this server. Only the dialect is measured: the coverage of sqlalchemy.testing
# differs from run to run, by hand too. Its own plugin creates a database for each worker, in pytest's main
# process: all workers need one server, and a user who may create databases.
_SQLALCHEMY = Suite(
    name="SQLAlchemy",
    requirement="sqlalchemy==2.0.43",
    sha256="788bfcef6787a7764169cfe9859fe425bf44559619e1d9f56f5bddf2ebf6f417",
    folder="sqlalchemy-2.0.43",
    commands="""
        pytest test/dialect/mysql test/dialect/test_suite.py --cov=lib/sqlalchemy/dialects/mysql \
            --dburi=mysql+pymysql://{user}:{password}@{host}:{port}/test?charset=utf8mb4
    """,
    databases=("test", "test_schema"),
    user="scott",
    server_lines=("character-set-server=utf8mb4", "collation-server=utf8mb4_unicode_ci"),
    for_workers=("--one-server", "--mysql-user=root"),
)

# Of the 200 folders of tests, these are about databases and their backends.
_DJANGO = Suite(
    name="Django",
    requirement="django==5.2.8",
    sha256="23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f",
    folder="django-5.2.8",
    start="tests",
    editable=True,
    commands="""
        coverage run runtests.py --settings=test_mysql --parallel=1 \
            backends inspectdb introspection schema transactions
        coverage combine
    """,
    server_lines=("character-set-server=utf8mb4",),
    files={"tests/test_mysql.py": "tests/test_mysql.py.template"},
)

# pytest-django runs it. The archive lacks the configuration of pytest.
_TREEBEARD = Suite(
    name="Treebeard",
    requirement="django-treebeard==7.0.3",
    sha256="eb25678a4e79bdcc315c3cf2158c33a8ade5f51cf4df220909abc603bbd62681",
    folder="django_treebeard-7.0.3",
    commands="python -m pytest -p pymysql_as_mysqldb tests --cov=treebeard",
    variables={
        "DATABASE_ENGINE": "mysql",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_HOST": "{host}",
        "DATABASE_PORT_MYSQL": "{port}",
        "DATABASE_USER_MYSQL": "{user}",
        "DATABASE_PASSWORD": "{password}",
    },
)

# Its own CI leaves out the scenario with the tag skip_ci, because the result differs from run to run. Those
# with requires_local_db need a server at the socket or the port that mycli uses by default.
_MYCLI = Suite(
    name="mycli",
    requirement="mycli==2.30.1",
    sha256="02de99676cc910c905bcfbfabcfadc38125e20baba1f380faeb20360c0613934",
    folder="mycli-2.30.1",
    commands="""
        coverage run -m pytest --random-order-seed=1 mycli_test
        coverage run --append -m behave --junit --junit-directory=reports \
            --tags='not (skip_ci or requires_local_db)' mycli_test/features
    """,
    variables={
        "PYTEST_HOST": "{host}",
        "PYTEST_PORT": "{port}",
        "PYTEST_USER": "{user}",
        "PYTEST_PASSWORD": "{password}",
        "TERM": "xterm",
    },
)

SUITES = (_PYMYSQL, _AIOMYSQL, _TORTOISE, _SQLALCHEMY, _DJANGO, _TREEBEARD, _MYCLI)
