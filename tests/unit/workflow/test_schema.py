"""The JSON schema for editors agrees with the settings."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from ci_kit.settings.options import OPTIONS
from ci_kit.workflow.options import WORKFLOW_OPTIONS
from tests.unit.support import ROOT

SCHEMA = json.loads((ROOT / "docs/schema/partial-ci-kit.json").read_text(encoding="utf-8"))


def problems(table: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(table)]


def test_the_schema_is_valid_itself() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_each_setting_is_a_property_with_a_description() -> None:
    properties = SCHEMA["properties"]
    assert {option.name for option in OPTIONS} | {"servers", "workflow", "workflows"} == properties.keys()
    assert all(properties[option.name]["description"] == option.help for option in OPTIONS)
    workflow = SCHEMA["definitions"]["workflow"]["properties"]
    assert workflow.keys() == {option.name for option in WORKFLOW_OPTIONS}
    assert all(entry["description"] for entry in workflow.values())


@pytest.mark.parametrize("file", ["pyproject.toml", "examples/meeting/pyproject.toml"])
def test_the_repository_s_own_tables_are_valid(file: str) -> None:
    table = tomllib.loads((ROOT / file).read_text(encoding="utf-8"))["tool"]["ci-kit"]
    assert problems(table) == []


@pytest.mark.parametrize(
    "table",
    [
        {
            "mysql-password": 1234,
            "mysql-version": 9,
            "fail-under": 90.5,
            "keep-mysql": "auto",
            "coverage": "no",
        },
        {
            "variables": {"DB_HOST": "host"},
            "pytest-args": "-m 'not slow'",
            "test-command": [["a", "b"], ["c"]],
        },
        {"servers": {"other": {"mysql-version": "mariadb-11.4"}}},
        {"workflow": {"paths": "auto", "env": {"A": 1, "B": True}}, "workflows": {"x": {"template": "own"}}},
    ],
)
def test_what_ci_kit_accepts_is_valid(table: dict[str, Any]) -> None:
    assert problems(table) == []


@pytest.mark.parametrize(
    "table",
    [
        {"timezon": "UTC"},
        {"mysql": "privat"},
        {"mysql-port": 70000},
        {"servers": {"other": {"keep-mysql": True}}},
        {"workflow": {"branches": []}},
        {"workflow": {"nmae": "x"}},
        {"workflows": {"x": {"interval": "never"}}},
        {"workflows": {"x": {"timeout-minutes": 0}}},
    ],
)
def test_what_ci_kit_refuses_is_not_valid(table: dict[str, Any]) -> None:
    assert problems(table)
