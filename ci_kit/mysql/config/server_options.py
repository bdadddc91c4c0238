"""The options of a server for a test run: those that make it fast, and those that the project adds.

The fast ones give up only safety across a power cut: tests find what a default server has. That includes
the binary log: with it, a server refuses statements that it accepts without. A server ignores an option with
the prefix ``loose_`` that it does not support, so that one list serves MySQL and MariaDB.
"""

from __future__ import annotations

from ci_kit.errors import UsageError
from ci_kit.settings.my_cnf import in_folder, normalized, option_name
from ci_kit.settings.settings import Settings

FAST: tuple[str, ...] = (
    "innodb_flush_log_at_trx_commit=0",
    "innodb_doublewrite=OFF",
    "loose_innodb_flush_method=nosync",
    "sync_binlog=0",
)
_SHORT_BINLOG = ("max_binlog_size=16M", "loose_binlog_expire_logs_seconds=60")
"""A binary log of the last minute: a server removes older files when it begins a new one.

Without a bound, the log would fill the memory that the data lies in: it grows also when tests delete rows.
"""

_OWN = {
    "basedir": "the setting mysqld",
    "bind_address": "",
    "datadir": "the setting mysql-datadir",
    "default_time_zone": "the setting timezone",
    "init_file": "the setting init-sql",
    "pid_file": "",
    "port": "the setting mysql-port",
    "socket": "the setting mysql-socket",
    "sql_mode": "the setting sql-mode",
    "tmpdir": "the setting mysql-datadir",
    "user": "",
}
"""The options that ci-kit sets itself, and the setting that a project uses instead."""
_OF_A_DATADIR = frozenset({"innodb_data_file_path", "innodb_page_size", "lower_case_table_names"})
"""The options that a datadir keeps from its initialisation on."""


def server_options(settings: Settings, *, short_binlog: bool) -> tuple[str, ...]:
    """The my.cnf lines for a test run, the project's own last.

    With ``short_binlog``, a server with a binary log keeps only its last minute.
    Raises UsageError as :func:`project_options` does.
    """
    fast = () if settings.durable else (*FAST, *(_SHORT_BINLOG if short_binlog else ()))
    return (*fast, *project_options(settings))


def project_options(settings: Settings) -> tuple[str, ...]:
    """The my.cnf lines that the project adds.

    Raises UsageError for a line that is not valid, or for an option that ci-kit sets itself.
    """
    mode = () if settings.sql_mode is None else (f"sql_mode={settings.sql_mode}",)
    return (*mode, *(_checked(line, settings) for line in settings.mysql_settings))


def datadir_options(settings: Settings) -> tuple[str, ...]:
    """The project's lines that a datadir keeps from its initialisation on. Raises UsageError."""
    lines = [_checked(line, settings) for line in settings.mysql_settings]
    return tuple(line for line in lines if option_name(line) in _OF_A_DATADIR)


def as_flags(lines: tuple[str, ...]) -> list[str]:
    return [f"--{line}" for line in lines]


def _checked(line: str, settings: Settings) -> str:
    plain = option_name(line)
    source = settings.source("mysql-settings")
    if not plain.replace("_", "").isalnum() or not plain.isascii() or "\n" in line:
        raise UsageError(
            f"{line!r} is not a valid my.cnf line",
            why=f"it came from {source}",
            todo="write it as name=value, for example max_allowed_packet=64M",
        )
    own = _OWN if not settings.replicas else _OWN | {"server_id": ""}
    if plain in own:
        raise UsageError(
            f"ci-kit sets {plain} itself",
            why=f"it came from {source}",
            todo=f"remove it{own[plain] and ' and use ' + own[plain]}",
        )
    return in_folder(normalized(line), settings.root)
