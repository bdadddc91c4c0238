"""The settings of the server."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from ci_kit.settings.option import ONLY_PRIVATE, SERVER_KINDS, Option, ServerKind
from ci_kit.settings.parsers import auto_or, flag, integer, none_or, text, words
from ci_kit.settings.server_version import wanted_version

ServerChoice: TypeAlias = Literal["auto", ServerKind, "kept", "off"]
ZoneTables: TypeAlias = Literal["auto", "all", "none"]

_ONLY_DOCKER: frozenset[ServerKind] = frozenset({"docker"})
_ONLY_EXTERNAL: frozenset[ServerKind] = frozenset({"external"})
_NOT_EXTERNAL: frozenset[ServerKind] = SERVER_KINDS - _ONLY_EXTERNAL
_OF_A_RUN: frozenset[ServerKind] = frozenset({"private", "docker"})


SERVER: tuple[Option, ...] = (
    Option(
        "mysql",
        "Server",
        "auto",
        "Server to use: private (started for the run), service (the machine's own), docker (a container),"
        " external (at mysql-host), kept (that of `ci-kit mysql up`) or off. auto: on a runner, a"
        " server that answers at mysql-host, such as a service container; on a GitHub-hosted runner, the"
        " service; otherwise a private server, or a container if the machine has Docker or Podman and no"
        " server program.",
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
        kinds=ONLY_PRIVATE,
        fixed_at_start=True,
        metavar="PROGRAM",
    ),
    Option(
        "mysql-datadir",
        "Server",
        "",
        "Folder for the data of a private server while it runs. Empty: in memory if there is room,"
        " otherwise the temporary folder.",
        text,
        kinds=ONLY_PRIVATE,
        fixed_at_start=True,
        metavar="FOLDER",
    ),
    Option(
        "mysql-socket",
        "Server",
        "",
        "Path of the Unix socket of a private server, relative to the project. Empty: in its own folder.",
        text,
        kinds=ONLY_PRIVATE,
        fixed_at_start=True,
        must_apply=True,
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
        "More my.cnf lines for the server, such as max_allowed_packet=64M. Paths of certificates and keys are"
        " relative to the project.",
        words,
        kinds=_NOT_EXTERNAL,
        fixed_at_start=True,
        must_apply=True,
    ),
    Option(
        "empty-password",
        "Server",
        False,
        "Give root and mysql-user an empty password, on a private server or a container.",
        flag,
        switch=True,
        kinds=_OF_A_RUN,
        fixed_at_start=True,
        must_apply=True,
    ),
    Option(
        "warm-logins",
        "Server",
        True,
        "Log in once before the tests, so that clients without TLS and RSA can log in too. no: the first"
        " login of the tests finds MySQL's cache of passwords empty. MariaDB has no such cache.",
        flag,
        switch=True,
        kinds=_NOT_EXTERNAL,
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
        kinds=ONLY_PRIVATE,
        must_apply=True,
        metavar="NUMBER",
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
        metavar="SECONDS",
    ),
)
