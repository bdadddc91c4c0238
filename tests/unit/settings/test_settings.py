"""Settings: the first source that gives a value wins, and an error names it."""

from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path
from typing import Any

import pytest

from ci_kit.cli import cli
from ci_kit.errors import UsageError
from ci_kit.settings.loading import load_settings
from ci_kit.settings.options import OPTIONS, Option
from ci_kit.settings.settings import ServerKind, Settings

# Two values for each option: as a text, as a flag or a variable has it, and what it means.
VALUES: dict[str, tuple[tuple[str, Any], tuple[str, Any]]] = {
    "timezone": (("Europe/Oslo", "Europe/Oslo"), ("UTC", "UTC")),
    "system-timezone": (("true", True), ("false", False)),
    "mysql": (("private", "private"), ("off", "off")),
    "mysqld": (("/opt/mysqld", "/opt/mysqld"), ("mariadbd", "mariadbd")),
    "mysql-image": (("mysql:9", "mysql:9"), ("mariadb:11", "mariadb:11")),
    "docker-args": (("--cpus 2", ("--cpus", "2")), ("--init", ("--init",))),
    "mysql-datadir": (("/mnt", "/mnt"), ("data", "data")),
    "mysql-host": (("db.example", "db.example"), ("127.0.0.1", "127.0.0.1")),
    "mysql-port": (("3307", 3307), ("65535", 65535)),
    "mysql-user": (("app", "app"), ("root", "root")),
    "mysql-password": (("correct horse", "correct horse"), ("1234", "1234")),
    "database": (("when2meet", "when2meet"), ("meeting", "meeting")),
    "extra-databases": (("one 'two three'", ("one", "two three")), ("four", ("four",))),
    "init-sql": (("schema.sql seed", ("schema.sql", "seed")), ("dump.sql.gz", ("dump.sql.gz",))),
    "sql-mode": (("ANSI_QUOTES", "ANSI_QUOTES"), ("ANSI", "ANSI")),
    "mysql-settings": (("a=1 b='2 3'", ("a=1", "b=2 3")), ("c=4", ("c=4",))),
    "time-zone-tables": (("all", "all"), ("none", "none")),
    "replicas": (("1", 1), ("2", 2)),
    "charset": (("latin1", "latin1"), ("utf8mb4", "utf8mb4")),
    "create-database": (("true", True), ("false", False)),
    "collation": (("utf8mb4_bin", "utf8mb4_bin"), ("latin1_bin", "latin1_bin")),
    "keep-mysql": (("true", True), ("false", False)),
    "durable": (("true", True), ("false", False)),
    "boot-timeout": (("1", 1), ("3600", 3600)),
    "python": (("uv run python", ("uv", "run", "python")), ("python3", ("python3",))),
    "pytest-args": (("-k 'one two'", ("-k", "one two")), ("-x", ("-x",))),
    "coverage": (("true", True), ("false", False)),
    "fail-under": (("90", 90.0), ("79.5", 79.5)),
    "min-tests": (("0", 0), ("12", 12)),
}
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


@every_option
def test_a_value_of_its_own_type_in_pyproject_is_taken(option: Option, tmp_path: Path) -> None:
    for _, meaning in VALUES[option.name]:
        value = list(meaning) if isinstance(meaning, tuple) else meaning
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


@every_option
def test_each_option_but_a_secret_is_a_flag_of_run(option: Option) -> None:
    command = cli.commands["run"]
    flags = {flag for parameter in command.params for flag in (*parameter.opts, *parameter.secondary_opts)}
    if option.secret:
        assert f"--{option.name}" not in flags
        return
    for text, meaning in VALUES[option.name]:
        switch = [f"--{'' if meaning else 'no-'}{option.name}"] if isinstance(meaning, bool) else []
        context = command.make_context("run", [*switch] or [f"--{option.name}", text])
        assert context.params[option.field] == (meaning if switch else text)


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
    ("name", "text"),
    [
        *(("mysql-port", text) for text in ("-1", "70000", "3306.0", "1e3", "port", "true")),
        *(("boot-timeout", text) for text in ("0", "3601", "", " ", "60s")),
        *(("min-tests", text) for text in ("-1", "many", "1.5")),
        *(("fail-under", text) for text in ("-0.1", "100.1", "nan", "inf", "90%", "true")),
        *(("coverage", text) for text in ("", "2", "t", "none", "auto")),
    ],
)
def test_a_text_that_is_no_value_is_refused(name: str, text: str, tmp_path: Path) -> None:
    assert name in message(tmp_path, None, **{BY_NAME[name].field: text})


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("mysql", "privat", "did you mean 'private'?"),
        ("mysql", "x", "leave it out for the default, 'auto'"),
        ("boot-timeout", "soon", "leave it out for the default, 60"),
    ],
)
def test_a_wrong_value_comes_with_what_to_do(name: str, text: str, hint: str, tmp_path: Path) -> None:
    assert hint in message(tmp_path, None, **{BY_NAME[name].field: text})


@pytest.mark.parametrize("value", ["3306.0", "true"])
def test_a_port_in_pyproject_is_a_whole_number(value: str, tmp_path: Path) -> None:
    write_table(tmp_path, f"mysql-port = {value}")
    assert "a whole number is wanted" in message(tmp_path)


@pytest.mark.parametrize("word", ["true", "True", "YES", "on", "1", " true "])
def test_a_flag_is_switched_on_by(word: str, tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"CI_KIT_DURABLE": word}).durable is True


@pytest.mark.parametrize("word", ["false", "False", "NO", "off", "0"])
def test_a_flag_is_switched_off_by(word: str, tmp_path: Path) -> None:
    assert load_settings(tmp_path, {"CI_KIT_COVERAGE": word}).coverage is False


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


def test_the_table_of_the_workflow_is_left_to_render(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ci-kit.workflow]\nanything = 1\n", encoding="utf-8")
    assert load_settings(tmp_path, {}).database == "test"


@pytest.mark.parametrize(
    "text",
    [
        b"[tool.ci-kit\n",
        b"[tool.ci-kit]\ndatabase = a\n",
        b"\xff\xfe",
        b"[tool]\nci-kit = 3\n",
        b"[tool]\nci-kit = [1]\n",
        b"tool = 3\n",
    ],
)
def test_a_broken_pyproject_is_named(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    assert str(tmp_path / "pyproject.toml") in message(tmp_path)


def test_a_pyproject_that_is_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    assert str(tmp_path / "pyproject.toml") in message(tmp_path)


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_root_that_is_no_folder_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert f"no such folder: {tmp_path / name}" in message(tmp_path / name)


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
def test_a_variable_that_is_no_utf_8_is_an_error_that_names_it(variable: str, tmp_path: Path) -> None:
    # As os.environ gives the byte FF, which is no part of any UTF-8 text and can be sent to no server.
    assert variable in message(tmp_path, {variable: "secret\udcff"})


def test_the_table_and_the_settings_have_the_same_fields() -> None:
    own = {field.name for field in dataclasses.fields(Settings)} - {"root", "sources"}
    assert [option.field for option in OPTIONS if option.field not in own] == []
    assert own == {option.field for option in OPTIONS}


def test_each_option_has_values_in_these_tests() -> None:
    assert VALUES.keys() == BY_NAME.keys()
    assert all(first[1] != second[1] for first, second in VALUES.values())


def test_no_two_options_are_set_by_one_variable() -> None:
    names = [name for option in OPTIONS for name in variables(option)]
    assert len(set(names)) == len(names)


@every_option
def test_each_option_says_what_it_is(option: Option) -> None:
    assert option.help[0].isupper()
    assert option.help.endswith(".")
    assert "|" not in option.help


@every_option
def test_a_default_is_a_value_that_could_be_given(option: Option) -> None:
    if option.default is not None:
        assert option.parse(option.default) == option.default
    if option.choices:
        assert option.default in option.choices


def test_the_kinds_of_server_are_the_choices() -> None:
    assert set(BY_NAME["mysql"].choices) == set(typing.get_args(ServerKind))
