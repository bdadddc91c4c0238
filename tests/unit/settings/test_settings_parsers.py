"""Parsers: what they accept from a flag, a variable or pyproject.toml, and what they say otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from ci_kit.settings.option import Option
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.parsers import auto_or, flag, integer, percent, quoted_text, text, words

PORT = integer(0, 65535)


@pytest.mark.parametrize(
    ("parse", "value", "meaning"),
    [
        (text, "a b", "a b"),
        (text, "", ""),
        (text, 1234, "1234"),
        (text, 8.4, "8.4"),
        (quoted_text, "3.10", "3.10"),
        *((flag, word, True) for word in (True, "true", "True", "YES", "on", "1", " true ")),
        *((flag, word, False) for word in (False, "false", "False", "NO", "off", "0")),
        (auto_or(flag), "auto", None),
        (auto_or(flag), "no", False),
        (PORT, "3307", 3307),
        (PORT, 65535, 65535),
        (PORT, 0, 0),
        (percent, "79.5", 79.5),
        (percent, 100, 100.0),
        (words, "one 'two three'", ("one", "two three")),
        (words, ["one", "two three"], ("one", "two three")),
        (words, "", ()),
    ],
)
def test_a_value_is_parsed(parse: Any, value: object, meaning: object) -> None:
    assert parse(value) == meaning
    assert type(parse(value)) is type(meaning)


STRING, NUMBER, PERCENTAGE, FLAG = (
    "expected a string",
    "expected a whole number from 0 to 65535",
    "expected a percentage from 0 to 100",
    "expected true or false",
)


@pytest.mark.parametrize(
    ("parse", "value", "expected"),
    [
        *((text, value, STRING) for value in (True, None, ["a"], {"a": "b"})),
        (text, "a\0b", "expected a string without a NUL character"),
        (text, "a\udcff", "expected UTF-8"),
        *((quoted_text, value, STRING) for value in (3, True, ["a"])),
        (quoted_text, 3.10, "write it in quotes, because the number 3.10 is 3.1"),
        (quoted_text, " ", "expected a string that is not blank"),
        *((flag, value, FLAG) for value in ("", "2", 2, "t", "none", "auto", [True])),
        *(
            (PORT, value, NUMBER)
            for value in ("-1", "65536", -1, 65536, "3306.0", 3306.0, "1e3", "port", True)
        ),
        *((PORT, value, NUMBER) for value in ("", " ", "60s", "true", None, [1])),
        *(
            (percent, value, PERCENTAGE)
            for value in ("-0.1", "100.1", "nan", "inf", "90%", "true", True, [1])
        ),
        (words, "'one", "expected words as in a shell command: "),
        *((words, value, "expected a list of strings") for value in (1, True, [1], {"a": "b"})),
        (words, ["a\0b"], "expected a string without a NUL character"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(parse: Any, value: object, expected: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parse(value)
    assert expected in str(caught.value)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
@pytest.mark.parametrize("value", [[1], {"a": 1}, None])
def test_every_option_refuses_a_value_of_a_wrong_type(option: Option, value: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        option.value_of(value)


def test_a_choice_is_one_of_a_list() -> None:
    (mysql,) = (option for option in OPTIONS if option.name == "mysql")
    with pytest.raises(
        ValueError, match="expected one of auto, private, service, docker, external, kept, off"
    ):
        mysql.value_of("sqlite")
