"""The tables of a run's other servers: what each has, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.errors import UsageError
from ci_kit.settings.loading import load_settings
from ci_kit.settings.server_version import WantedVersion
from ci_kit.settings.settings import Settings

TWO = """\
[tool.ci-kit]
database = "shop"
timezone = "UTC"
sql-mode = "ANSI"
boot-timeout = 90
[tool.ci-kit.servers.analytics]
mysql-version = "mariadb-10.11"
database = "events"
variables = { EVENTS_URL = "mysql+pymysql://" }
[tool.ci-kit.servers.old-one]
"""


def load(root: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    return load_settings(root, environ or {})


def test_a_server_has_its_own_settings_and_those_of_the_run(tmp_path: Path) -> None:
    first = load(tmp_path, TWO, {"MYSQL_DATABASE": "main", "MYSQL_HOST": "db", "CI_KIT_SQL_MODE": "x"})
    analytics, old = first.servers
    assert (first.name, analytics.name, old.name) == ("", "analytics", "old-one")
    assert (first.database, analytics.database, old.database) == ("main", "events", "test")
    assert (first.sql_mode, analytics.sql_mode) == ("x", None)
    assert analytics.mysql_version == WantedVersion("MariaDB", (10, 11))
    assert (analytics.timezone, analytics.boot_timeout, analytics.mysql_host) == ("UTC", 90, "")
    assert analytics.source("database") == "database of [tool.ci-kit.servers.analytics] in pyproject.toml"
    assert not analytics.given("sql-mode")


def test_each_server_has_variables_of_its_own(tmp_path: Path) -> None:
    analytics, old = load(tmp_path, TWO).servers
    fields = ("host", "port", "user", "password", "database", "url")
    assert [str(one) for one in analytics.login_variables] == [
        "EVENTS_URL=url mysql+pymysql:///database",
        *(f"MYSQL_ANALYTICS_{field.upper()}={field}" for field in fields),
    ]
    assert {one.name for one in old.login_variables} >= {"MYSQL_OLD_ONE_HOST", "MYSQL_OLD_ONE_URL"}


def test_without_standard_variables_a_server_has_only_those_of_its_table(tmp_path: Path) -> None:
    text = TWO.replace("[tool.ci-kit]\n", "[tool.ci-kit]\nstandard-variables = false\n")
    settings = load(tmp_path, text)
    assert [one.name for server in settings.all_servers for one in server.login_variables] == ["EVENTS_URL"]


@pytest.mark.parametrize("off", [False, True])
def test_each_server_has_placeholders(off: bool, tmp_path: Path) -> None:
    switch = 'mysql = "off"\n' if off else ""
    settings = load(tmp_path, TWO.replace("[tool.ci-kit]\n", f"[tool.ci-kit]\n{switch}"))
    assert settings.placeholders >= {"analytics.host", "old-one.url"}
    assert ("host" in settings.placeholders) is not off
    assert len(settings.all_servers) == (2 if off else 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("servers = 1", "[tool.ci-kit.servers] in pyproject.toml needs a name for each server"),
        ("servers.a = 1", "needs a name for each server"),
        ("servers = { database = 'x', variables = {} }", "such as [tool.ci-kit.servers.analytics]"),
        ("server.a = {}", "did you mean 'servers'?"),
        ("servers.Big = {}", "'Big' cannot be the name of a server"),
        ("servers.replica = {}", "'replica' cannot be the name of a server"),
        ('servers."a b" = {}', "'a b' cannot be the name of a server"),
        ('servers.a = { databse = "x" }', "did you mean 'database'?"),
        ('servers.a = { pytest-args = "x" }', "it is a setting of the whole run"),
        ('servers.a = { env = "A=x" }', "it is a setting of the whole run"),
        ('servers.a = { mysql = "service" }', "the server a cannot be of this kind"),
        ('servers.a = { mysql = "external" }', "only the first server can be another one"),
        ('servers.a = { mysql = "off" }', "the server a cannot be of this kind"),
        ('servers.a = { mysql-version = "x" }', "mysql-version of [tool.ci-kit.servers.a] in pyproject.toml"),
        ('servers.a = { mysql-port = "x" }\nservers.b = { replicas = 99 }', "2 settings are wrong"),
        ('servers.a = { variables = { MYSQL_HOST = "host" } }', "MYSQL_HOST has two values"),
        (
            'servers.a = { variables = { X = "host" } }\nservers.b = { variables = { X = "host" } }',
            "the server a and the server b both set it",
        ),
        ('env = { X = "1" }\nservers.a = { variables = { X = "host" } }', "env and the server a both set it"),
        ('env = { X = "1" }\nvariables = { X = "host" }', "env and the first server both set it"),
        ('mysql-socket = "s"\nservers.a = { mysql-socket = "./s" }', "cannot have the same socket"),
        (
            'servers.a = { mysql-socket = "s" }\nservers.b = { mysql-socket = "x/../s" }',
            "the other from mysql-socket of [tool.ci-kit.servers.b] in pyproject.toml",
        ),
        ('env = { X = "{a.hots}" }\nservers.a = {}', "did you mean 'a.host'?"),
        ('env = { X = "{b.host}" }\nservers.a = {}', "unknown placeholder {b.host}"),
    ],
)
def test_a_wrong_table_is_one_error(text: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, f"[tool.ci-kit]\n{text}\n")
    message = "\n".join(caught.value.lines())
    assert expected in message
    assert "pyproject.toml" in message or "both set it" in message


def test_a_server_that_is_off_uses_no_socket(tmp_path: Path) -> None:
    settings = 'mysql-socket = "s"\nservers.a = { mysql-socket = "s" }'
    assert load(tmp_path, f'[tool.ci-kit]\nmysql = "off"\n{settings}\n').servers[0].mysql_socket == "s"


def test_a_path_of_a_table_above_the_project_is_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[tool.ci-kit.servers.a]\ninit-sql = ["seed.sql"]\n', encoding="utf-8"
    )
    project = tmp_path / "project"
    project.mkdir()
    (server,) = load_settings(project, {}).servers
    assert server.init_sql == (str(tmp_path / "seed.sql"),)
