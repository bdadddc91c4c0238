"""Which kind of server a run uses, and the settings that the kind does not apply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.mysql.choice import Choice, choose_kind
from ci_kit.mysql.kinds import KINDS, check_settings
from ci_kit.settings.option import SERVER_KINDS, ServerKind
from tests.unit.support import console_text, make_host, make_settings, write

IGNORED: list[tuple[ServerKind, str, Any]] = [
    ("docker", "mysqld", "mysqld"),
    ("docker", "mysql-datadir", "/tmp"),
    ("docker", "mysql-host", "db"),
    ("private", "mysql-image", "mariadb:11"),
    ("private", "docker-args", ("--cpus=1",)),
    ("private", "mysql-host", "db"),
    ("service", "mysqld", "mysqld"),
    ("service", "mysql-image", "mariadb:11"),
    ("service", "mysql-host", "db"),
    ("external", "durable", True),
    ("external", "mysqld", "mysqld"),
    ("external", "time-zone-tables", "all"),
]
REFUSED: list[tuple[ServerKind, str, Any]] = [
    ("external", "sql-mode", "ANSI"),
    ("external", "mysql-settings", ("max_connections=9",)),
    ("external", "replicas", "1"),
    ("service", "replicas", "1"),
    ("docker", "replicas", "1"),
    ("service", "empty-password", True),
    ("external", "empty-password", True),
    ("service", "mysql-socket", "my.sock"),
    ("docker", "mysql-socket", "my.sock"),
    ("external", "mysql-socket", "my.sock"),
    ("external", "warm-logins", False),
]


def test_the_table_has_every_kind_that_the_settings_know() -> None:
    assert set(KINDS) == SERVER_KINDS


@pytest.mark.parametrize(("kind", "name", "value"), IGNORED)
def test_a_setting_without_effect_is_warned_about(
    kind: ServerKind, name: str, value: Any, tmp_path: Path
) -> None:
    host = make_host()
    settings = make_settings(tmp_path, **{name.replace("-", "_"): value})
    check_settings(settings, Choice(kind, "the reason"), host.console)
    (warning,) = console_text(host).splitlines()
    assert f"{name} has no effect" in warning
    assert f"{name} came from --{name}" in warning
    assert f"mysql is {kind} (the reason)" in warning


@pytest.mark.parametrize(("kind", "name", "value"), REFUSED)
def test_a_setting_that_the_tests_depend_on_is_refused(
    kind: ServerKind, name: str, value: Any, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path, **{name.replace("-", "_"): value})
    with pytest.raises(UsageError, match=f"{name} does not work with mysql = {kind}") as caught:
        check_settings(settings, Choice(kind, "the reason"), make_host().console)
    assert f"{name} came from --{name}" in caught.value.why


@pytest.mark.parametrize("kind", sorted(SERVER_KINDS))
def test_the_variables_of_an_application_are_not_warned_about(kind: ServerKind, tmp_path: Path) -> None:
    host = make_host()
    settings = make_settings(tmp_path, {"MYSQL_HOST": "db", "MYSQL_USER": "app", "MYSQL_DATABASE": "shop"})
    check_settings(settings, Choice(kind, "the reason"), host.console)
    assert console_text(host) == ""


def test_a_setting_that_applies_is_not_warned_about(tmp_path: Path) -> None:
    host = make_host()
    settings = make_settings(tmp_path, mysql_image="mariadb:11", durable=True, keep_mysql=True)
    check_settings(settings, Choice("docker", "the reason"), host.console)
    assert console_text(host) == ""


def test_an_empty_password_and_another_one_are_refused(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, {"MYSQL_PASSWORD": "s3cret"}, empty_password=True)
    with pytest.raises(UsageError, match="contradict each other") as caught:
        check_settings(settings, Choice("private", "the reason"), make_host().console)
    assert "empty-password came from --empty-password" in caught.value.why
    assert "mysql-password from the environment variable MYSQL_PASSWORD" in caught.value.why


def test_init_sql_without_a_database_to_create_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"seed.sql": "SELECT 1;"})
    settings = make_settings(tmp_path, init_sql="seed.sql", create_database=False)
    with pytest.raises(UsageError, match="init-sql runs only if"):
        check_settings(settings, Choice("private", "the reason"), make_host().console)


def test_no_server_can_be_started_if_it_is_off(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no server to start"):
        choose_kind(make_settings(tmp_path, mysql="off"), Runner(make_host()))
