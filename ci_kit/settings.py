"""What a run is told to do, and where each value came from.

A value comes from the first of: a flag, an environment variable ``CI_KIT_*`` (which is how the action's
inputs arrive), a variable the course's workflows already set (``MYSQL_PASSWORD``, ``MYSQL_DATABASE`` …),
``[tool.ci-kit]`` in the project's pyproject.toml, the default. :data:`OPTIONS` is the one table of them:
flags, the configuration reference and the action's inputs follow it.
"""

from __future__ import annotations

import difflib
import shlex
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ci_kit.errors import UsageError

ServerKind: TypeAlias = Literal["auto", "service", "private", "external", "off"]
Value: TypeAlias = "str | int | float | bool | tuple[str, ...] | None"

TABLE = "tool.ci-kit"
_DEFAULT = "default"
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
        "Where the server comes from: a private one made for the run, the machine's service, an external"
        " one at MYSQL_HOST, or off. auto takes the service on a GitHub-hosted runner, else a private one.",
        _text,
        choices=("auto", "private", "service", "external", "off"),
    ),
    Option(
        "mysqld", "", "The mysqld or mariadbd a private server runs, instead of the first one found.", _text
    ),
    Option("mysql-host", "", "Host of an external server.", _text, also_from=("MYSQL_HOST",)),
    Option(
        "mysql-port",
        0,
        "Port of the server; 0 takes any free one for a private server and 3306 otherwise.",
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
    Option(
        "create-database",
        None,
        "Create the database: auto does, but for an external server.",
        _maybe(_flag),
        switch=True,
    ),
    Option("charset", "utf8mb4", "Character set of the database.", _text),
    Option(
        "collation", "", "Collation of the database; the server's choice for the charset if empty.", _text
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


@dataclass(frozen=True)
class Settings:
    """The settings of one run; :data:`OPTIONS` says what each means."""

    root: Path
    timezone: str
    system_timezone: bool | None
    mysql: ServerKind
    mysqld: str
    mysql_host: str
    mysql_port: int
    mysql_user: str
    mysql_password: str = field(repr=False)
    database: str
    create_database: bool | None
    charset: str
    collation: str
    keep_mysql: bool | None
    durable: bool
    boot_timeout: int
    python: tuple[str, ...]
    pytest_args: tuple[str, ...]
    coverage: bool
    fail_under: float | None
    min_tests: int
    sources: Mapping[str, str] = field(repr=False)

    def given(self, name: str) -> bool:
        """Whether somebody set a setting, to its default even."""
        return self.sources[name] != _DEFAULT

    def by_flag(self, name: str) -> bool:
        """Whether a setting was given on the command line, by somebody who knows on which machine."""
        return self.sources[name] == f"--{name}"

    def source(self, name: str) -> str:
        """Where the value of a setting came from, for a message."""
        return self.sources[name]


def load_settings(
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
    *,
    pytest_args: Sequence[str] = (),
) -> Settings:
    """The settings of a run in the folder ``root``. ``flags`` maps field names to given values.

    ``pytest_args`` are added to the configured ones. Raises UsageError, which names the source.
    """
    if not root.is_dir():
        raise UsageError(f"no such folder: {root}", todo="give the project's folder with -C")
    root = root.resolve()
    table = read_table(root)
    known = {option.name for option in OPTIONS}
    for key in table:
        # The sub-tables are read by the commands they belong to.
        if key not in known | {"workflow"}:
            raise _unknown_key(key, known)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for option in OPTIONS:
        raw, source = _find(option, environ, flags or {}, table)
        values[option.field] = _parsed(option, raw, source) if source != _DEFAULT else option.default
        sources[option.name] = source
    values["pytest_args"] = (*values["pytest_args"], *pytest_args)
    return Settings(root=root, sources=sources, **values)


def read_table(root: Path) -> dict[str, Any]:
    """The table ``[tool.ci-kit]`` of the project's pyproject.toml; empty where there is none."""
    path = root / "pyproject.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {path}", why=str(error), todo="mend the file") from error
    tools = document.get("tool", {})
    table = tools.get("ci-kit", {}) if isinstance(tools, dict) else None
    if not isinstance(table, dict):
        raise UsageError(f"[{TABLE}] in {path} is not a table", todo=f"write it as a [{TABLE}] section")
    return table


def _unknown_key(key: str, known: set[str]) -> UsageError:
    close = difflib.get_close_matches(key, known, n=1)
    return UsageError(
        f"unknown setting {key!r}",
        why=f"in [{TABLE}] of pyproject.toml",
        todo=f"did you mean {close[0]!r}?" if close else "docs/configuration.md lists the settings",
    )


def _find(
    option: Option, environ: Mapping[str, str], flags: Mapping[str, Any], table: Mapping[str, Any]
) -> tuple[Any, str]:
    given = flags.get(option.field)
    if given is not None and given != ():
        return given, f"--{option.name}"
    # An input that is not given to the action arrives as an empty variable.
    for variable in (option.variable, *option.also_from):
        if environ.get(variable):
            return environ[variable], f"the environment variable {variable}"
    if option.name in table:
        return table[option.name], f"[{TABLE}] {option.name} in pyproject.toml"
    return None, _DEFAULT


def _parsed(option: Option, raw: Any, source: str) -> Value:
    try:
        value = option.parse(raw)
        if option.choices and value not in option.choices:
            raise ValueError(f"one of {', '.join(option.choices)} is wanted")
    except ValueError as error:
        shown = "" if option.secret else f": {raw!r}"
        raise UsageError(
            f"{option.name} is not usable{shown}", why=f"{error}; it came from {source}"
        ) from error
    return value
