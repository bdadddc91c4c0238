"""Loading: the first source that gives a value wins, and one error names everything that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.settings.loading import load_settings
from ci_kit.settings.option import Option, ServerKind
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.server_version import WantedVersion
from ci_kit.settings.settings import Settings
from ci_kit.settings.shard import Shard
from tests.unit.settings.values import VALUES

BY_NAME = {option.name: option for option in OPTIONS}
every_option = pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)


def variables(option: Option) -> list[str]:
    return [option.variable, *option.also_from]


def sources(option: Option) -> list[str]:
    """Where a value may come from, the strongest first, as an error names it."""
    return [
        f"--{option.name}",
        *(f"the environment variable {name}" for name in variables(option)),
        f"[tool.ci-kit] {option.name} in pyproject.toml",
    ]


def load(root: Path, option: Option, given: dict[str, str]) -> Settings:
    """Load the settings where each of the sources gives this option as a text."""
    flags: dict[str, Any] = {}
    environ: dict[str, str] = {}
    for source, text in given.items():
        if source.startswith("--"):
            flags[option.field] = text
        elif source.startswith("["):
            write_table(root, f"{option.name} = {json.dumps(text)}")
        else:
            environ[source.rpartition(" ")[2]] = text
    return load_settings(root, environ, flags)


def write_table(root: Path, lines: str) -> None:
    (root / "pyproject.toml").write_text(f"[tool.ci-kit]\n{lines}\n", encoding="utf-8")


def message(root: Path, environ: dict[str, str] | None = None, **flags: Any) -> str:
    with pytest.raises(UsageError) as caught:
        load_settings(root, environ or {}, flags)
    return "\n".join(caught.value.lines())


PLACES = [
    pytest.param(
        option, place, id=f"{option.name}-{name.rpartition(' ')[2] if 'variable' in name else name[:7]}"
    )
    for option in OPTIONS
    for place, name in enumerate(sources(option))
]


@pytest.mark.parametrize(("option", "place"), PLACES)
@pytest.mark.parametrize("chosen", [0, 1])
def test_a_source_gives_a_value_against_all_weaker_ones(
    option: Option, place: int, chosen: int, tmp_path: Path
) -> None:
    (wanted, meaning), (other, _) = VALUES[option.name][chosen], VALUES[option.name][1 - chosen]
    source, *weaker = sources(option)[place:]
    settings = load(tmp_path, option, {source: wanted} | dict.fromkeys(weaker, other))
    assert getattr(settings, option.field) == meaning
    assert type(getattr(settings, option.field)) is type(meaning)
    assert settings.source(option.name) == source
    assert settings.given(option.name)
    assert settings.by_flag(option.name) == source.startswith("--")


@every_option
def test_without_a_source_there_is_the_default(option: Option, tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {})
    assert getattr(settings, option.field) == option.default
    assert settings.source(option.name) == "the defaults"


@every_option
def test_an_empty_variable_counts_as_not_given(option: Option, tmp_path: Path) -> None:
    settings = load_settings(tmp_path, dict.fromkeys(variables(option), ""))
    assert getattr(settings, option.field) == option.default
    assert settings.source(option.name) == "the defaults"


def toml_value(item: object) -> object:
    return list(item) if isinstance(item, tuple) else str(item)


@every_option
def test_a_value_of_its_own_type_in_pyproject_is_taken(option: Option, tmp_path: Path) -> None:
    for text, meaning in VALUES[option.name]:
        value = list(map(toml_value, meaning)) if isinstance(meaning, tuple) else meaning
        value = text if isinstance(meaning, WantedVersion | Shard) else value
        write_table(tmp_path, f"{option.name} = {json.dumps(value)}")
        assert getattr(load_settings(tmp_path, {}), option.field) == meaning


def test_an_empty_flag_is_given_all_the_same(tmp_path: Path) -> None:
    write_table(tmp_path, 'pytest-args = ["-x"]')
    assert load_settings(tmp_path, {}, {"pytest_args": ""}).pytest_args == ()


def test_a_switch_that_is_off_is_given_all_the_same(tmp_path: Path) -> None:
    write_table(tmp_path, "coverage = true")
    assert load_settings(tmp_path, {}, {"coverage": False}).coverage is False


def test_words_after_the_dashes_are_added_to_the_configured_ones(tmp_path: Path) -> None:
    write_table(tmp_path, 'pytest-args = ["-x"]')
    assert load_settings(tmp_path, {}, pytest_args=["-k", "a b"]).pytest_args == ("-x", "-k", "a b")


# What no option of its kind takes.
WRONG = {
    "system-timezone": "perhaps",
    "mysql": "sqlite",
    "mysql-port": "65536",
    "keep-mysql": "maybe",
    "create-database": "maybe",
    "durable": "2",
    "docker-args": "'--init",
    "extra-databases": "'one",
    "init-sql": '"schema.sql',
    "mysql-settings": "'a=1",
    "time-zone-tables": "some",
    "replicas": "9",
    "boot-timeout": "0",
    "python": "'python",
    "pytest-args": '-k "a',
    "coverage": "90",
    "fail-under": "101",
    "min-tests": "-1",
    "shard": "6/5",
    "failed-first": "perhaps",
    "changed": "main",
    "changed-ignore": "'unclosed",
    "measure-tests": "sometimes",
}
WRONG_PLACES = [
    pytest.param(BY_NAME[name], source, id=f"{name}-{source}")
    for name in WRONG
    for source in sources(BY_NAME[name])
]


@pytest.mark.parametrize(("option", "source"), WRONG_PLACES)
def test_an_error_names_the_option_the_value_and_its_source(
    option: Option, source: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, option, {source: WRONG[option.name]})
    text = "\n".join(caught.value.lines())
    assert option.name in text
    assert repr(WRONG[option.name]) in text
    assert f"it came from {source}" in text


@every_option
@pytest.mark.parametrize("value", ["[1]", "{a = 1}", "1979-05-27"])
def test_a_value_of_another_type_in_pyproject_is_an_error(option: Option, value: str, tmp_path: Path) -> None:
    write_table(tmp_path, f"{option.name} = {value}")
    assert f"[tool.ci-kit] {option.name} in pyproject.toml" in message(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("mysql", "privat", "did you mean 'private'?"),
        ("mysql", "x", "remove it to use the default (auto)"),
        ("boot-timeout", "soon", "remove it to use the default (60)"),
    ],
)
def test_a_wrong_value_comes_with_what_to_do(name: str, text: str, hint: str, tmp_path: Path) -> None:
    assert hint in message(tmp_path, None, **{BY_NAME[name].field: text})


@pytest.mark.parametrize("name", ["system-timezone", "keep-mysql", "create-database"])
def test_auto_overrides_a_weaker_source(name: str, tmp_path: Path) -> None:
    write_table(tmp_path, f"{name} = true")
    settings = load_settings(tmp_path, {BY_NAME[name].variable: "auto"})
    assert getattr(settings, BY_NAME[name].field) is None


def test_an_unknown_key_comes_with_the_known_one_it_resembles(tmp_path: Path) -> None:
    write_table(tmp_path, 'databse = "x"')
    text = message(tmp_path)
    assert "unknown setting 'databse'" in text
    assert "did you mean 'database'?" in text
    assert "[tool.ci-kit]" in text


def test_an_unknown_key_that_resembles_none_comes_with_the_list(tmp_path: Path) -> None:
    write_table(tmp_path, "zzzzzz = 1")
    assert "docs/configuration.md" in message(tmp_path)


def test_a_key_with_the_field_s_spelling_is_unknown(tmp_path: Path) -> None:
    write_table(tmp_path, "fail_under = 90")
    assert "did you mean 'fail-under'?" in message(tmp_path)


@pytest.mark.parametrize("table", ["workflow", "workflows.nightly"])
def test_the_tables_of_workflows_are_left_to_render(tmp_path: Path, table: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.ci-kit.{table}]\nanything = 1\n", encoding="utf-8")
    assert load_settings(tmp_path, {}).database == "test"


def test_the_root_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(Path(), {}).root == tmp_path


def test_a_secret_is_not_in_the_repr(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"MYSQL_PASSWORD": "hunter2hunter2"})
    assert settings.mysql_password == "hunter2hunter2"
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings)


@pytest.mark.parametrize("value", ['["hunter2"]', '{hunter2 = "hunter2"}', "true"])
def test_a_secret_is_not_in_an_error(value: str, tmp_path: Path) -> None:
    write_table(tmp_path, f"mysql-password = {value}")
    text = message(tmp_path)
    assert "mysql-password" in text
    assert "hunter2" not in text
    assert "True" not in text


@pytest.mark.parametrize("variable", ["MYSQL_PASSWORD", "MYSQL_DATABASE", "CI_KIT_TIMEZONE"])
def test_an_error_names_a_variable_that_is_not_utf_8(variable: str, tmp_path: Path) -> None:
    # os.environ gives the byte FF like this. No UTF-8 text contains it, so a server cannot accept it.
    assert variable in message(tmp_path, {variable: "secret\udcff"})


def test_all_wrong_keys_and_values_are_reported_at_once(tmp_path: Path) -> None:
    write_table(tmp_path, 'databse = "x"\nreplicas = "many"\nmysql = "privat"\ndurable = true')
    lines = message(tmp_path, {"CI_KIT_COVERAGE": "90"}).splitlines()
    assert lines[0] == "4 settings are wrong"
    for line in (
        "unknown setting 'databse'",
        "  why: it is in [tool.ci-kit] of pyproject.toml",
        "  do:  did you mean 'database'?",
        "replicas is not valid: 'many'",
        "  why: expected a whole number from 0 to 8; it came from [tool.ci-kit] replicas in pyproject.toml",
        "  do:  did you mean 'private'?",
        "  why: expected true or false; it came from the environment variable CI_KIT_COVERAGE",
    ):
        assert f"       | {line}" in lines
    assert "durable" not in "\n".join(lines)


def test_warnings_of_all_places_come_with_the_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.cikit]\nmysql = 1\n", encoding="utf-8")
    settings = load_settings(tmp_path, {"CI_KIT_DATABSE": "x"})
    assert settings.warnings == (
        "[tool.cikit] in pyproject.toml is ignored; did you mean [tool.ci-kit]?",
        "the environment variable CI_KIT_DATABSE is unknown and ignored; did you mean 'CI_KIT_DATABASE'?",
    )


# What a kind of server does not apply


@pytest.mark.parametrize(
    ("kind", "ignored"),
    [
        ("private", ["mysql-host", "mysql-image"]),
        ("service", ["mysql-host", "mysqld", "mysql-image", "replicas"]),
        ("docker", ["mysql-host", "mysqld", "replicas"]),
        ("external", ["mysqld", "mysql-image", "sql-mode", "replicas", "durable"]),
    ],
)
def test_what_a_kind_of_server_does_not_apply(kind: ServerKind, ignored: list[str], tmp_path: Path) -> None:
    write_table(tmp_path, 'mysqld = "m"\nsql-mode = "ANSI"\nreplicas = 1\ntimezone = "UTC"\ncoverage = false')
    environ = {"CI_KIT_MYSQL_IMAGE": "mysql:9", "CI_KIT_MYSQL_HOST": "db"}
    settings = load_settings(tmp_path, environ, {"durable": True})
    assert [option.name for option in settings.ignored_by(kind)] == ignored


def test_a_value_that_is_the_default_is_ignored_by_no_kind(tmp_path: Path) -> None:
    write_table(tmp_path, 'replicas = 0\nmysqld = ""\nsql-mode = "auto"')
    assert load_settings(tmp_path, {}, {"durable": False}).ignored_by("external") == ()


def test_a_variable_of_the_application_is_ignored_by_no_kind(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"MYSQL_HOST": "db"})
    assert settings.given("mysql-host")
    assert settings.ignored_by("private") == ()


@pytest.mark.parametrize(
    ("environ", "flags", "table", "mode"),
    [
        ({"CI_KIT_SQL_MODE": "none"}, {}, "", ""),
        ({"CI_KIT_SQL_MODE": "NONE"}, {}, "", ""),
        ({"CI_KIT_SQL_MODE": "''"}, {}, "", ""),
        ({}, {"sql_mode": "none"}, "", ""),
        ({}, {"sql_mode": ""}, "", ""),
        ({}, {}, 'sql-mode = "none"', ""),
        ({}, {}, 'sql-mode = ""', ""),
        # An input that is not given reaches ci-kit as an empty variable.
        ({"CI_KIT_SQL_MODE": ""}, {}, "", None),
        ({}, {}, 'sql-mode = "auto"', None),
        ({}, {}, 'sql-mode = "ANSI"', "ANSI"),
    ],
)
def test_sql_mode_can_be_emptied_from_every_source(
    environ: dict[str, str], flags: dict[str, str], table: str, mode: str | None, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.ci-kit]\n{table}\n")
    assert load_settings(tmp_path, environ, flags).sql_mode == mode
