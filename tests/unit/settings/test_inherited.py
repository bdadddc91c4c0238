"""[tool.ci-kit] in the folders above a project."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.settings.loading import load_settings
from ci_kit.settings.settings import Settings
from tests.unit.support import write

PROJECT = "packages/api"


def load(
    repository: Path, tables: Mapping[str, str], environ: Mapping[str, str] | None = None, **flags: Any
) -> Settings:
    """The settings of packages/api; ``tables`` maps folders of the repository to their tables."""
    files = {f"{folder}/pyproject.toml": f"[tool.ci-kit]\n{lines}\n" for folder, lines in tables.items()}
    write(repository, {".git/HEAD": "", f"{PROJECT}/app.py": ""} | files)
    return load_settings(repository / PROJECT, environ or {}, flags)


def test_a_table_above_the_project_counts(tmp_path: Path) -> None:
    settings = load(tmp_path, {".": 'database = "shop"'})
    assert settings.database == "shop"
    assert settings.source("database") == "[tool.ci-kit] database in ../../pyproject.toml"
    assert settings.root == tmp_path / PROJECT


def test_the_nearest_table_that_has_a_key_counts(tmp_path: Path) -> None:
    tables = {
        ".": 'database = "root"\ntimezone = "UTC"\ncharset = "latin1"',
        "packages": 'database = "packages"\ntimezone = "Europe/Oslo"',
        PROJECT: 'database = "api"',
    }
    settings = load(tmp_path, tables)
    assert (settings.database, settings.timezone, settings.charset) == ("api", "Europe/Oslo", "latin1")
    assert settings.source("database") == "[tool.ci-kit] database in pyproject.toml"
    assert settings.source("timezone") == "[tool.ci-kit] timezone in ../pyproject.toml"


def test_a_list_replaces_the_list_above_it(tmp_path: Path) -> None:
    settings = load(tmp_path, {".": 'pytest-args = ["-x"]', PROJECT: 'pytest-args = ["-v"]'})
    assert settings.pytest_args == ("-v",)


def test_flags_and_variables_come_before_every_table(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        {".": 'database = "root"\ntimezone = "UTC"'},
        {"CI_KIT_TIMEZONE": "Asia/Tokyo"},
        database="flag",
    )
    assert (settings.database, settings.timezone) == ("flag", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("line", "field", "expected"),
    [
        ('init-sql = ["db/schema.sql", "/srv/seed.sql"]', "init_sql", ("{}/db/schema.sql", "/srv/seed.sql")),
        ('init-sql = "db/a.sql db/b.sql"', "init_sql", ("{}/db/a.sql", "{}/db/b.sql")),
        ("init-sql = []", "init_sql", ()),
        ('mysql-datadir = "data"', "mysql_datadir", "{}/data"),
        ('mysql-datadir = ""', "mysql_datadir", ""),
        ('mysql-socket = "run/my.sock"', "mysql_socket", "{}/run/my.sock"),
        (
            'mysql-settings = ["ssl-ca=certs/ca.pem", "ssl_key=/k.pem", "ssl-cert = \'c.pem\'", "a=b/c"]',
            "mysql_settings",
            ("ssl-ca={}/certs/ca.pem", "ssl_key=/k.pem", "ssl-cert={}/c.pem", "a=b/c"),
        ),
        ('mysqld = "bin/mysqld"', "mysqld", "{}/bin/mysqld"),
        ('mysqld = "mariadbd"', "mysqld", "mariadbd"),
        ('python = ".venv/bin/python -X dev"', "python", ("{}/.venv/bin/python", "-X", "dev")),
        ('python = "hatch run python"', "python", ("hatch", "run", "python")),
        # pytest runs in the project's folder.
        ('pytest-args = ["tests/unit"]', "pytest_args", ("tests/unit",)),
    ],
)
def test_a_path_is_relative_to_the_file_that_has_it(
    line: str, field: str, expected: str | tuple[str, ...], tmp_path: Path
) -> None:
    value = getattr(load(tmp_path, {".": line}), field)
    if isinstance(expected, str):
        assert value == expected.format(tmp_path)
    else:
        assert value == tuple(word.format(tmp_path) for word in expected)


def test_a_path_from_a_flag_or_the_own_table_stays_as_it_is(tmp_path: Path) -> None:
    tables = {".": 'mysql-datadir = "root"\ninit-sql = "a.sql"', PROJECT: 'init-sql = "b.sql"'}
    settings = load(tmp_path, tables, mysql_datadir="data")
    assert (settings.mysql_datadir, settings.init_sql) == ("data", ("b.sql",))


def test_an_error_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, {".": 'databse = "x"\nreplicas = "many"'})
    text = "\n".join(caught.value.lines())
    assert "it is in [tool.ci-kit] of ../../pyproject.toml" in text
    assert "it came from [tool.ci-kit] replicas in ../../pyproject.toml" in text


def test_a_broken_file_above_the_project_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.ci-kit\n"})
    with pytest.raises(UsageError, match=f"cannot read {tmp_path}/pyproject.toml"):
        load(tmp_path, {})


def test_a_similar_name_above_the_project_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.ci_kit]\ndatabase = 'x'\n"})
    assert load(tmp_path, {}).warnings == (
        "[tool.ci_kit] in ../../pyproject.toml is ignored; did you mean [tool.ci-kit]?",
    )


def test_the_workflow_s_table_above_the_project_is_left_to_render(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.ci-kit.workflow]\nanything = 1\n"})
    assert load(tmp_path, {}).database == "test"
