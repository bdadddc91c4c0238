"""What there is to set: one table, which the flags, the action's inputs and the reference follow."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Value: TypeAlias = "str | int | float | bool | tuple[str, ...] | None"

_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


@dataclass(frozen=True)
class Option:
    """One setting. ``name`` is its key in pyproject.toml, its flag and its action input.

    A ``switch`` is on or off, or left to ci-kit if its default is None.
    """

    name: str
    default: Value
    help: str
    parse: Callable[[Any], Value]
    choices: tuple[str, ...] = ()
    also_from: tuple[str, ...] = ()
    secret: bool = False
    switch: bool = False

    @property
    def field(self) -> str:
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        return f"CI_KIT_{self.field.upper()}"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return _usable(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("a text is wanted")


def _usable(text: str) -> str:
    if "\0" in text:
        raise ValueError("it holds a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it is not UTF-8") from None
    return text


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in _TRUE | _FALSE:
        return word in _TRUE
    raise ValueError("true or false is wanted")


def _maybe(parse: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """A setting that has a third state, ``auto``, which is None."""
    return lambda value: None if value == "auto" else parse(value)


def _integer(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        try:
            if isinstance(value, bool | float):
                raise ValueError
            number = int(value)
        except (TypeError, ValueError):
            raise ValueError("a whole number is wanted") from None
        if not low <= number <= high:
            raise ValueError(f"a number from {low} to {high} is wanted")
        return number

    return parse


def _percent(value: Any) -> float:
    try:
        number = float(value) if not isinstance(value, bool) else -1.0
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number <= 100:  # noqa: PLR2004
        raise ValueError("a percentage from 0 to 100 is wanted")
    return number


def _words(value: Any) -> tuple[str, ...]:
    """A list of words, or one text split as a shell splits it."""
    if isinstance(value, str):
        return tuple(shlex.split(_usable(value)))
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        return tuple(map(_usable, value))
    raise ValueError("a list of texts is wanted, or one text with spaces between the words")


OPTIONS: tuple[Option, ...] = (
    Option("timezone", "Asia/Seoul", "Time zone of the tests and the server, an IANA name.", _text),
    Option(
        "system-timezone",
        None,
        "Set the machine's own clock zone, not only the run's: auto does on a GitHub-hosted runner.",
        _maybe(_flag),
        switch=True,
    ),
    Option(
        "mysql",
        "auto",
        "Where the server comes from: a private one made for the run, the machine's service, a container, an"
        " external one at MYSQL_HOST, or off. auto takes the service on a runner of GitHub's, else a private"
        " one, or a container where there is no server program but Docker or Podman.",
        _text,
        choices=("auto", "private", "service", "docker", "external", "off"),
    ),
    Option(
        "mysqld", "", "The mysqld or mariadbd a private server runs, instead of the first one found.", _text
    ),
    Option("mysql-image", "mysql:8.4", "Image of a server in a container.", _text),
    Option("docker-args", (), "More arguments for `docker run`.", _words),
    Option(
        "mysql-datadir",
        "",
        "Folder for the data of a private server while it runs; if empty, in memory where there is room,"
        " else the temporary folder.",
        _text,
    ),
    Option("mysql-host", "", "Host of an external server.", _text, also_from=("MYSQL_HOST",)),
    Option(
        "mysql-port",
        0,
        "Port of the server. 0 takes any free one for a private server or a container, the service's own, and"
        " for an external server the variable MYSQL_PORT, which is read for no other, or else 3306.",
        _integer(0, 65535),
    ),
    Option("mysql-user", "root", "User the tests log in as.", _text, also_from=("MYSQL_USER",)),
    Option(
        "mysql-password",
        "",
        "Password of root and of that user; a random one if empty. Not a flag, so that no process list"
        " shows it.",
        _text,
        also_from=("MYSQL_PASSWORD",),
        secret=True,
    ),
    Option("database", "test", "Database to create.", _text, also_from=("MYSQL_DATABASE", "MYSQL_DB")),
    Option("extra-databases", (), "More databases to create, of the same charset and collation.", _words),
    Option(
        "create-database",
        None,
        "Create the databases: auto does, but for an external server.",
        _maybe(_flag),
        switch=True,
    ),
    Option("charset", "utf8mb4", "Character set of the database.", _text),
    Option(
        "collation", "", "Collation of the database; the server's choice for the charset if empty.", _text
    ),
    Option(
        "init-sql",
        (),
        "Files of SQL (.sql, .sql.gz), and folders of such files in the order of their names, that fill a"
        " database just created.",
        _words,
    ),
    Option("sql-mode", None, "The server's sql_mode; its own default if auto.", _maybe(_text)),
    Option(
        "mysql-settings",
        (),
        "More lines of a my.cnf for the server, as in max_allowed_packet=64M.",
        _words,
    ),
    Option(
        "time-zone-tables",
        "auto",
        "Zones that the server knows by name, for CONVERT_TZ and SET time_zone: all, none, or auto: all in a"
        " private server, elsewhere the run's and UTC.",
        _text,
        choices=("auto", "all", "none"),
    ),
    Option(
        "replicas",
        0,
        "Number of read replicas beside a private server, at MYSQL_REPLICA_HOST and MYSQL_REPLICA_PORT, and"
        " with several, the same with _1, _2 and so on.",
        _integer(0, 8),
    ),
    Option(
        "keep-mysql",
        None,
        "Leave a private server running after the run: auto does on a runner that ends it with the job.",
        _maybe(_flag),
        switch=True,
    ),
    Option(
        "durable",
        False,
        "Keep the server's promises about power cuts, which a test run does not need and which cost time.",
        _flag,
        switch=True,
    ),
    Option(
        "boot-timeout",
        60,
        "Seconds a server may take until it answers.",
        _integer(1, 3600),
    ),
    Option(
        "python",
        (),
        "Command that runs the project's Python; found by .venv, a lock file or the PATH if empty.",
        _words,
    ),
    Option("pytest-args", (), "Arguments for pytest.", _words),
    Option("coverage", True, "Run the tests under coverage.", _flag, switch=True),
    Option("fail-under", None, "Coverage, in percent, below which the run fails.", _maybe(_percent)),
    Option("min-tests", 0, "Number of tests below which the run fails.", _integer(0, 10**9)),
)
