"""The table of options: complete, documented, and the same as the fields of the settings."""

from __future__ import annotations

import dataclasses
import typing

import pytest

from ci_kit.settings.option import SERVER_KINDS, Group, Option, ServerKind
from ci_kit.settings.options import OPTIONS, options_for
from ci_kit.settings.options.server import ServerChoice, ZoneTables
from ci_kit.settings.settings import Settings
from tests.unit.settings.values import VALUES

BY_NAME = {option.name: option for option in OPTIONS}
every_option = pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)


def test_the_table_and_the_settings_have_the_same_fields() -> None:
    own = {field.name for field in dataclasses.fields(Settings)}
    own -= {"root", "sources", "warnings", "login_variables", "name", "servers", "used_placeholders"}
    assert [option.field for option in OPTIONS if option.field not in own] == []
    assert own == {option.field for option in OPTIONS}


def test_each_option_has_values_in_these_tests() -> None:
    assert VALUES.keys() == BY_NAME.keys()
    assert all(first[1] != second[1] for first, second in VALUES.values())


def test_no_two_options_are_set_by_one_variable() -> None:
    names = [name for option in OPTIONS for name in (option.variable, *option.also_from)]
    assert len(set(names)) == len(names)


@every_option
def test_the_help_of_each_option_is_a_sentence(option: Option) -> None:
    assert option.help[0].isupper()
    assert option.help.endswith(".")
    assert "|" not in option.help


@every_option
def test_a_default_is_a_value_that_could_be_given(option: Option) -> None:
    if option.default is not None:
        assert option.parse(option.default) == option.default
        assert option.value_of(option.default) == option.default


def test_the_kinds_of_server_are_the_choices() -> None:
    assert set(BY_NAME["mysql"].choices) == set(typing.get_args(ServerChoice))
    assert set(typing.get_args(ServerChoice)) - {"auto", "kept", "off"} == SERVER_KINDS
    assert set(BY_NAME["time-zone-tables"].choices) == set(typing.get_args(ZoneTables))


def test_the_options_of_a_group_follow_each_other() -> None:
    groups = [option.group for option in OPTIONS]
    order = typing.get_args(Group)
    assert groups == sorted(groups, key=order.index)


@pytest.mark.parametrize(
    ("kind", "name", "applies"),
    [
        ("private", "mysqld", True),
        ("private", "mysql-image", False),
        ("docker", "keep-mysql", True),
        ("service", "mysqld", False),
        ("service", "sql-mode", True),
        ("external", "sql-mode", False),
        ("external", "mysql-host", True),
        ("external", "min-tests", True),
    ],
)
def test_the_options_of_a_kind_of_server(kind: ServerKind, name: str, applies: bool) -> None:
    assert (BY_NAME[name] in options_for(kind)) is applies


def test_what_a_server_has_from_its_start() -> None:
    assert {option.name for option in OPTIONS if option.fixed_at_start} == {
        "mysqld",
        "mysql-image",
        "docker-args",
        "mysql-datadir",
        "sql-mode",
        "mysql-settings",
        "durable",
        "empty-password",
        "mysql-socket",
    }


def test_what_a_server_must_apply() -> None:
    assert {option.name for option in OPTIONS if option.must_apply} == {
        "sql-mode",
        "mysql-settings",
        "replicas",
        "empty-password",
        "warm-logins",
        "mysql-socket",
        "workers",
    }
