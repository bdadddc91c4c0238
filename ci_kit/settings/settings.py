"""The settings of one run, and where each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

ServerKind: TypeAlias = Literal["auto", "service", "private", "docker", "external", "off"]

DEFAULT = "the defaults"


@dataclass(frozen=True)
class Settings:
    """The settings of one run; ``options.py`` says what each means."""

    root: Path
    timezone: str
    system_timezone: bool | None
    mysql: ServerKind
    mysqld: str
    mysql_image: str
    docker_args: tuple[str, ...]
    mysql_datadir: str
    mysql_host: str
    mysql_port: int
    mysql_user: str
    mysql_password: str = field(repr=False)
    database: str
    extra_databases: tuple[str, ...]
    create_database: bool | None
    charset: str
    collation: str
    init_sql: tuple[str, ...]
    sql_mode: str | None
    mysql_settings: tuple[str, ...]
    time_zone_tables: str
    replicas: int
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
        return self.sources[name] != DEFAULT

    def by_flag(self, name: str) -> bool:
        """Whether a setting was given on the command line, by somebody who knows on which machine."""
        return self.sources[name] == f"--{name}"

    def source(self, name: str) -> str:
        """Where the value of a setting came from, for a message."""
        return self.sources[name]
