"""Names that resemble a known one, and variables that are unknown."""

from __future__ import annotations

import pytest

from ci_kit.settings.names import OTHER_VARIABLES, did_you_mean, unknown_variables
from ci_kit.settings.options import OPTIONS


def test_the_nearest_name_is_a_question() -> None:
    assert did_you_mean("databse", ["database", "datadir"]) == "did you mean 'database'?"
    assert did_you_mean("zzz", ["database", "datadir"]) == ""


def test_an_unknown_variable_comes_with_the_nearest_name() -> None:
    (warning,) = unknown_variables({"CI_KIT_MYSQL_PASWORD": "hunter2"})
    assert warning == (
        "the environment variable CI_KIT_MYSQL_PASWORD is unknown and ignored;"
        " did you mean 'CI_KIT_MYSQL_PASSWORD'?"
    )


def test_an_unknown_variable_like_no_other_comes_without_a_hint() -> None:
    assert unknown_variables({"CI_KIT_ZZZZZZZZZ": "x"}) == (
        "the environment variable CI_KIT_ZZZZZZZZZ is unknown and ignored",
    )


@pytest.mark.parametrize("name", [*(option.variable for option in OPTIONS), *sorted(OTHER_VARIABLES)])
def test_a_variable_of_ci_kit_is_known(name: str) -> None:
    assert unknown_variables({name: "x"}) == ()


@pytest.mark.parametrize(
    ("name", "value"), [("CI_KIT_DATABSE", ""), ("MYSQL_DATABSE", "x"), ("ci_kit_x", "y")]
)
def test_an_empty_variable_and_one_of_another_program_give_no_warning(name: str, value: str) -> None:
    assert unknown_variables({name: value}) == ()
