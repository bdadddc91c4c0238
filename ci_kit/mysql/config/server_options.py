"""Settings of a server whose data nobody needs after the tests, and those that a project adds.

Each trades safety across a power cut for speed, or leaves out what no test reads. ``loose_`` lets a server
that does not know a setting pass it over, so that one list serves MySQL and MariaDB.
"""

from __future__ import annotations

from ci_kit.errors import UsageError
from ci_kit.settings.loading import Settings

FAST: tuple[str, ...] = (
    "innodb_flush_log_at_trx_commit=0",
    "innodb_doublewrite=OFF",
    "loose_innodb_flush_method=nosync",
    "performance_schema=OFF",
)
# A file a table costs the disk much with each CREATE, TRUNCATE and DROP, and memory little.
FAST_ON_DISK: tuple[str, ...] = ("loose_innodb_file_per_table=OFF",)
_WITHOUT_BINLOG, _FAST_BINLOG = "loose_skip_log_bin", "sync_binlog=0"

_OWN = {
    "basedir": "the setting mysqld",
    "bind_address": "",
    "datadir": "the setting mysql-datadir",
    "default_time_zone": "the setting timezone",
    "init_file": "the setting init-sql",
    "pid_file": "",
    "port": "the setting mysql-port",
    "server_id": "the setting replicas",
    "socket": "",
    "sql_mode": "the setting sql-mode",
    "tmpdir": "the setting mysql-datadir",
    "user": "",
}
"""What ci-kit sets itself, and what a project uses in its place."""
_OF_A_DATADIR = frozenset({"innodb_data_file_path", "innodb_page_size", "lower_case_table_names"})
"""What a datadir is initialised with and cannot be changed afterwards."""


def server_settings(settings: Settings, *, on_disk: bool = True, replicates: bool = False) -> tuple[str, ...]:
    """The lines of a my.cnf for a test run, the project's own last.

    ``on_disk`` is where the data lies; ``replicates`` keeps the binary log, which replicas read. Raises
    UsageError as :func:`asked_settings` does.
    """
    binlog = _FAST_BINLOG if replicates else _WITHOUT_BINLOG
    fast = () if settings.durable else (*FAST, *(FAST_ON_DISK if on_disk else ()), binlog)
    return (*fast, *asked_settings(settings))


def asked_settings(settings: Settings) -> tuple[str, ...]:
    """The lines of a my.cnf that the project asks for.

    Raises UsageError for a line that is none, or that ci-kit sets itself.
    """
    mode = () if settings.sql_mode is None else (f"sql_mode={settings.sql_mode}",)
    return (*mode, *(_checked(line, settings) for line in settings.mysql_settings))


def datadir_settings(settings: Settings) -> tuple[str, ...]:
    """Those of the project's lines that hold for a datadir from its initialisation on. Raises UsageError."""
    lines = [_checked(line, settings) for line in settings.mysql_settings]
    return tuple(line for line in lines if plain_name(line) in _OF_A_DATADIR)


def as_flags(lines: tuple[str, ...]) -> list[str]:
    return [f"--{line}" for line in lines]


def _checked(line: str, settings: Settings) -> str:
    plain = plain_name(line)
    source = settings.source("mysql-settings")
    if not plain.replace("_", "").isalnum() or not plain.isascii() or "\n" in line:
        raise UsageError(
            f"{line!r} is no line of a my.cnf",
            why=f"it came from {source}",
            todo="write it as name=value, as in max_allowed_packet=64M",
        )
    if plain in _OWN:
        raise UsageError(
            f"ci-kit sets {plain} itself",
            why=f"it came from {source}",
            todo=f"leave it out{_OWN[plain] and ' and use ' + _OWN[plain]}",
        )
    return _normal(line)


def _normal(line: str) -> str:
    """The line as a server reads it: without spaces around its parts, and quotes around its value."""
    name, equals, value = (part.strip() for part in line.partition("="))
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return f"{name}{equals}{value[1:-1] if quoted else value}"


def plain_name(line: str) -> str:
    """The setting's name as the manuals spell it."""
    name, _, _ = line.partition("=")
    return name.strip().lower().replace("-", "_").removeprefix("loose_")
