"""The settings of one run, and where each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ci_kit.settings.option import Option, ServerKind, Value
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.options.reports import CommentChoice
from ci_kit.settings.options.server import ServerChoice, ZoneTables
from ci_kit.settings.pairs import Pair
from ci_kit.settings.placeholders import placeholder
from ci_kit.settings.server_version import WantedVersion
from ci_kit.settings.shard import Shard
from ci_kit.settings.source import Source
from ci_kit.settings.variables import FIELDS, Variable


@dataclass(frozen=True)
class Settings:
    """The settings of one run; docs/configuration.md explains each.

    ``login_variables`` are the variables that lead the tests to the server: those of ``variables`` and the
    standard ones. ``servers`` are the settings of more servers, each with a ``name``. ``sources`` maps each
    option's name to where its value came from. ``used_placeholders`` are those in the texts of the run.
    ``warnings`` are for the user: names that resemble a setting and are not read.
    """

    root: Path
    timezone: str
    system_timezone: bool | None
    mysql: ServerChoice
    mysql_version: WantedVersion | None
    mysqld: str
    mysql_image: str
    docker_args: tuple[str, ...]
    mysql_datadir: str
    mysql_socket: str
    mysql_host: str
    mysql_port: int
    mysql_user: str
    mysql_password: str = field(repr=False)
    database: str
    variables: tuple[Variable, ...]
    env: tuple[Pair, ...]
    standard_variables: bool
    extra_databases: tuple[str, ...]
    create_database: bool | None
    charset: str
    collation: str
    init_sql: tuple[str, ...]
    sql_mode: str | None
    mysql_settings: tuple[str, ...]
    empty_password: bool
    warm_logins: bool
    time_zone_tables: ZoneTables
    replicas: int
    keep_mysql: bool | None
    durable: bool
    boot_timeout: int
    python: tuple[str, ...]
    root_on_path: bool
    test_command: tuple[tuple[str, ...], ...]
    pytest_args: tuple[str, ...]
    workers: int | None
    one_server: bool
    files: tuple[Pair, ...]
    junit_xml: tuple[str, ...]
    coverage: bool
    fail_under: float | None
    patch_fail_under: float | None
    patch_base: str
    coverage_xml: str
    coverage_lcov: str
    coverage_json: str
    coverage_html: str
    min_tests: int
    shard: Shard | None
    failed_first: bool
    changed: bool
    changed_ignore: tuple[str, ...]
    measure_tests: bool | None
    login_variables: tuple[Variable, ...]
    html: str
    junit_report: str
    json_report: str
    run_report: str
    run_name: str
    log_groups: tuple[str, ...]
    annotate_warnings: bool
    comment: CommentChoice
    badge: str
    history: str
    sources: Mapping[str, Source] = field(repr=False)
    name: str = ""
    servers: tuple[Settings, ...] = ()
    used_placeholders: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = field(default=(), repr=False)

    @property
    def all_servers(self) -> tuple[Settings, ...]:
        """The settings of each server of the run; the first has no name, and may be off."""
        return (*(() if self.mysql == "off" else (self,)), *self.servers)

    @property
    def parallel(self) -> bool:
        """Whether several workers may run the tests."""
        return self.workers != 1

    @property
    def server_per_worker(self) -> bool:
        """Whether each worker has a server of its own."""
        return self.parallel and not self.one_server

    @property
    def prefix(self) -> str:
        """What the standard variables of the server begin with."""
        return f"MYSQL_{self.name.upper().replace('-', '_')}_" if self.name else "MYSQL_"

    @property
    def standard_prefix(self) -> str:
        """What the names of the standard variables begin with; empty if the run sets none."""
        return self.prefix if self.standard_variables else ""

    @property
    def placeholders(self) -> frozenset[str]:
        """The names of the placeholders that have a value in a run."""
        return frozenset(placeholder(server.name, field) for server in self.all_servers for field in FIELDS)

    def using(self, names: frozenset[str]) -> Settings:
        """The settings of a run whose texts have these placeholders too, for each of its servers."""
        return replace(
            self,
            servers=tuple(server.using(names) for server in self.servers),
            used_placeholders=self.used_placeholders | names,
        )

    def with_one_worker(self) -> Settings:
        """The settings of a run whose tests run in one process."""
        return replace(self, workers=1, servers=tuple(server.with_one_worker() for server in self.servers))

    def texts(self, option: Option) -> Iterator[str]:
        """The texts of an option that may contain placeholders."""
        for one in getattr(self, option.field):
            match one:
                case Pair():
                    yield one.text
                case str():
                    yield one
                case _:
                    yield from one

    def value(self, option: Option) -> Value:
        """The value of an option."""
        value: Value = getattr(self, option.field)
        return value

    def given(self, name: str) -> bool:
        """Whether the setting has a source other than its default, even if that gives the same value."""
        return self.sources[name].kind != "default"

    def by_flag(self, name: str) -> bool:
        """Whether the command line gave the setting: its author knows which machine the command runs on."""
        return self.sources[name].kind == "flag"

    def source(self, name: str) -> str:
        """Where the value of a setting came from, for a message."""
        return self.sources[name].text

    def ignored_by(self, kind: ServerKind) -> tuple[Option, ...]:
        """The options that were given to ci-kit and that a server of this kind does not apply.

        An option whose value is its default is left out, and so is a value from a variable that applications
        read too, such as MYSQL_HOST. With one-server, any kind of server serves several workers.
        """
        return tuple(
            option
            for option in OPTIONS
            if kind not in option.kinds
            and self.sources[option.name].explicit
            and self.value(option) != option.default
            and not (option.name == "workers" and self.one_server)
        )
