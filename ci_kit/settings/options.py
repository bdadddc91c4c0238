"""The settings of a run: one table for pyproject.toml, the flags, the action's inputs and the documents."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from ci_kit.settings.option import SERVER_KINDS, Option, ServerKind
from ci_kit.settings.parsers import auto_or, flag, integer, none_or, percent, text, words
from ci_kit.settings.server_version import wanted_version
from ci_kit.settings.variables import FIELDS, variables

ServerChoice: TypeAlias = Literal["auto", ServerKind, "off"]
ZoneTables: TypeAlias = Literal["auto", "all", "none"]

_ONLY_PRIVATE: frozenset[ServerKind] = frozenset({"private"})
_ONLY_DOCKER: frozenset[ServerKind] = frozenset({"docker"})
_ONLY_EXTERNAL: frozenset[ServerKind] = frozenset({"external"})
_NOT_EXTERNAL: frozenset[ServerKind] = SERVER_KINDS - _ONLY_EXTERNAL


def options_for(kind: ServerKind) -> tuple[Option, ...]:
    """The options that apply if a run uses this kind of server."""
    return tuple(option for option in OPTIONS if kind in option.kinds)


VARIABLES = Option(
    "variables",
    "Database",
    (),
    "More variables that tell the tests how to reach the server, by the names that the application reads:"
    f" DB_HOST=host DB_PORT=port. They can hold {', '.join(FIELDS[:-1])} and {FIELDS[-1]}.",
    variables,
)
"""It is read before all others, because it names variables that they are read from."""


OPTIONS: tuple[Option, ...] = (
    Option(
        "timezone",
        "Time zone",
        "Asia/Seoul",
        "Time zone of the tests and of the server, an IANA name. An external server keeps its own.",
        text,
    ),
    Option(
        "system-timezone",
        "Time zone",
        None,
        "Set the machine's time zone too, not only the run's. auto: yes on a GitHub-hosted runner.",
        auto_or(flag),
        switch=True,
    ),
    Option(
        "mysql",
        "Server",
        "auto",
        "Server to use: private (started for the run), service (the machine's own), docker (a container),"
        " external (the one at mysql-host) or off. auto: on a runner, a server that answers at mysql-host,"
        " such as a service container; on a GitHub-hosted runner, the service; otherwise a private server,"
        " or a container if the machine has Docker or Podman and no server program.",
        text,
        choices=get_args(ServerChoice),
    ),
    Option(
        "mysql-version",
        "Server",
        None,
        "Version of the server, such as 8.4, 9, mariadb-11.4 or mariadb. With mysql = auto, ci-kit uses the"
        " service or a server program of the machine if it fits, otherwise the official image.",
        wanted_version,
        shown_default="any",
    ),
    Option(
        "mysql-host",
        "Server",
        "",
        "Host of an external server.",
        text,
        also_from=("MYSQL_HOST",),
        kinds=_ONLY_EXTERNAL,
    ),
    Option(
        "mysql-port",
        "Server",
        0,
        "Port of the server. 0: any free port for a private server or a container, the configured port for a"
        " service, MYSQL_PORT or else 3306 for an external server.",
        integer(0, 65535),
    ),
    Option(
        "mysqld",
        "Server",
        "",
        "Program of a private server, mysqld or mariadbd. Empty: the first one found.",
        text,
        kinds=_ONLY_PRIVATE,
        fixed_at_start=True,
    ),
    Option(
        "mysql-datadir",
        "Server",
        "",
        "Folder for the data of a private server while it runs. Empty: in memory if there is room,"
        " otherwise the temporary folder.",
        text,
        kinds=_ONLY_PRIVATE,
        fixed_at_start=True,
    ),
    Option(
        "mysql-image",
        "Server",
        "mysql:8.4",
        "Image of a server in a container.",
        text,
        kinds=_ONLY_DOCKER,
        fixed_at_start=True,
    ),
    Option(
        "docker-args",
        "Server",
        (),
        "More arguments for `docker run`.",
        words,
        kinds=_ONLY_DOCKER,
        fixed_at_start=True,
    ),
    Option(
        "sql-mode",
        "Server",
        None,
        "The server's sql_mode. auto: its own default. none: an empty one.",
        auto_or(none_or(text)),
        kinds=_NOT_EXTERNAL,
        fixed_at_start=True,
        must_apply=True,
    ),
    Option(
        "mysql-settings",
        "Server",
        (),
        "More my.cnf lines for the server, such as max_allowed_packet=64M.",
        words,
        kinds=_NOT_EXTERNAL,
        fixed_at_start=True,
        must_apply=True,
    ),
    Option(
        "time-zone-tables",
        "Server",
        "auto",
        "Time zones that SQL can name, as in CONVERT_TZ: all, none or auto. auto: all on a private server,"
        " elsewhere UTC and the run's.",
        text,
        choices=get_args(ZoneTables),
        kinds=_NOT_EXTERNAL,
    ),
    Option(
        "replicas",
        "Server",
        0,
        "Number of read replicas of a private server. Tests find the first at MYSQL_REPLICA_HOST and"
        " MYSQL_REPLICA_PORT. With several, the same names with _1, _2 and so on stand for each.",
        integer(0, 8),
        kinds=_ONLY_PRIVATE,
        must_apply=True,
    ),
    Option(
        "keep-mysql",
        "Server",
        None,
        "Leave a private server or a container running after the run; other servers stay up anyway. auto: yes"
        " on a runner, which ends it with the job.",
        auto_or(flag),
        switch=True,
    ),
    Option(
        "durable",
        "Server",
        False,
        "Write data safely to disk. Slower, and tests rarely need it.",
        flag,
        switch=True,
        kinds=_NOT_EXTERNAL,
        fixed_at_start=True,
    ),
    Option(
        "boot-timeout",
        "Server",
        60,
        "Seconds to wait until the server accepts a login.",
        integer(1, 3600),
    ),
    Option(
        "mysql-user", "Database", "root", "User that the tests log in as.", text, also_from=("MYSQL_USER",)
    ),
    Option(
        "mysql-password",
        "Database",
        "",
        "Password of root and of mysql-user. Empty: a random one. It has no flag, because a list of"
        " processes would show it.",
        text,
        also_from=("MYSQL_PASSWORD",),
        secret=True,
    ),
    Option(
        "database",
        "Database",
        "test",
        "Database for the tests. Without one, the database that DATABASE_URL names, or test.",
        text,
        also_from=("MYSQL_DATABASE", "MYSQL_DB"),
    ),
    VARIABLES,
    Option(
        "extra-databases",
        "Database",
        (),
        "More databases, with the same character set and collation.",
        words,
    ),
    Option(
        "create-database",
        "Database",
        None,
        "Create the databases that do not exist. auto: yes, except on an external server.",
        auto_or(flag),
        switch=True,
    ),
    Option(
        "charset",
        "Database",
        "utf8mb4",
        "Character set of the databases, and the server's default for new ones.",
        text,
    ),
    Option(
        "collation",
        "Database",
        "",
        "Collation of the databases, and the server's default. Empty: its own for the character set.",
        text,
    ),
    Option(
        "init-sql",
        "Database",
        (),
        "SQL files (.sql, .sql.gz) that run if ci-kit has just created the database. A folder stands for its"
        " files in the order of their names.",
        words,
    ),
    Option(
        "python",
        "Tests",
        (),
        "Command that starts the project's Python. Empty: that of the project's environment; docs/testing.md"
        " has the order of the search.",
        words,
    ),
    Option(
        "root-on-path",
        "Tests",
        True,
        "Put the project's folder on sys.path, as `python -m pytest` does. no: start the tests as the command"
        " `pytest` does, so that an installed package is tested and not the folder of its source.",
        flag,
        switch=True,
    ),
    Option("pytest-args", "Tests", (), "Arguments for pytest.", words),
    Option("coverage", "Tests", True, "Measure the coverage of the tests.", flag, switch=True),
    Option(
        "fail-under",
        "Tests",
        None,
        "Coverage in percent; the run fails below it.",
        auto_or(percent),
        shown_default="none",
    ),
    Option(
        "min-tests",
        "Tests",
        0,
        "Number of tests; the run fails if fewer ran.",
        integer(0, 10**9),
    ),
    Option(
        "json-report",
        "Tests",
        "",
        "File for a report by pytest-json-report, relative to the project. On large suites it takes time and"
        " memory. empty: ci-kit leaves pytest-json-report as the project configures it.",
        text,
    ),
)
