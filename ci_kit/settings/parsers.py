"""Parsers of values, for the settings of a run and for those of its workflow.

Each takes a value of any type: flags and variables give strings, pyproject.toml gives TOML's types. Each
raises ValueError, whose message names what was expected.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TypeVar

from ci_kit.settings.shapes import STRING, STRINGS, any_of, shape_of, shaped

_T = TypeVar("_T")

_WORDS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
_HUNDRED = 100


class UnknownWordError(ValueError):
    """A word that is not one of those ``known``."""

    def __init__(self, message: str, word: str, known: Sequence[str]) -> None:
        super().__init__(message)
        self.word = word
        self.known = known


@shaped(any_of(STRING, {"type": "number"}))
def text(value: object) -> str:
    """A string. A number counts as its digits, so that a password such as 1234 needs no quotes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return _encodable(value)
    raise ValueError("expected a string")


@shaped({"type": "string", "minLength": 1})
def quoted_text(value: object) -> str:
    """A string that is not blank. A number is refused, because 3.10 without quotes is the number 3.1."""
    if isinstance(value, float):
        raise ValueError("expected a string: write it in quotes, because the number 3.10 is 3.1")
    if not isinstance(value, str):
        raise ValueError("expected a string")
    if not value.strip():
        raise ValueError("expected a string that is not blank")
    return _encodable(value)


@shaped(any_of({"type": "boolean"}, {"enum": [*_WORDS]}))
def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _WORDS:
        raise ValueError("expected true or false")
    return _WORDS[word]


def auto_or(parse: Callable[[object], _T]) -> Callable[[object], _T | None]:
    """The word ``auto``, which gives None, or what another parser accepts."""

    @shaped(any_of({"const": "auto"}, shape_of(parse)))
    def parse_or_auto(value: object) -> _T | None:
        return None if value == "auto" else parse(value)

    return parse_or_auto


def none_or(parse: Callable[[object], str]) -> Callable[[object], str]:
    """The word ``none``, which gives an empty text, or what another parser accepts.

    An empty variable counts as not given, because the action's inputs arrive so. This word is not empty.
    """

    @shaped(any_of(STRING, shape_of(parse)))
    def parse_word(value: object) -> str:
        named = isinstance(value, str) and value.strip().lower() in {"none", "''", '""'}
        return "" if named else parse(value)

    return parse_word


def no_or(parse: Callable[[object], str]) -> Callable[[object], str]:
    """A word for no, such as false, which gives ``no``, or what another parser accepts."""

    def parse_word(value: object) -> str:
        return "no" if _WORDS.get(str(value).strip().lower()) is False else parse(value)

    return parse_word


def integer(low: int, high: int) -> Callable[[object], int]:
    """A whole number from ``low`` to ``high``, both included."""

    @shaped(any_of({"type": "integer", "minimum": low, "maximum": high}, STRING))
    def parse(value: object) -> int:
        number = _whole(value)
        if number is None or not low <= number <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return number

    return parse


@shaped(any_of({"type": "number", "minimum": 0, "maximum": _HUNDRED}, STRING))
def percent(value: object) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) else -1.0
    except ValueError:
        number = -1.0
    # The comparison also refuses NaN.
    if isinstance(value, bool) or not 0 <= number <= _HUNDRED:
        raise ValueError(f"expected a percentage from 0 to {_HUNDRED}")
    return number


@shaped(any_of(STRING, STRINGS))
def words(value: object) -> tuple[str, ...]:
    """A list of words, or one string that is split as a shell splits it."""
    if isinstance(value, str):
        try:
            return tuple(shlex.split(_encodable(value)))
        except ValueError as error:
            raise ValueError(f"expected words as in a shell command: {error}") from None
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        return tuple(map(_encodable, value))
    raise ValueError("expected a list of strings, or one string with spaces between the words")


def words_or_none(value: object) -> tuple[str, ...]:
    """A list of words, or the word ``none``, which gives an empty list: see :func:`none_or`."""
    found = words(value)
    return () if found == ("none",) else found


def _whole(value: object) -> int | None:
    match value:
        case bool():
            return None
        case int():
            return value
        case str():
            try:
                return int(value)
            except ValueError:
                return None
    return None


def _encodable(string: str) -> str:
    """The string, if it can be a program's argument, which is UTF-8 without a NUL character."""
    if "\0" in string:
        raise ValueError("expected a string without a NUL character")
    try:
        string.encode()
    except UnicodeEncodeError:
        raise ValueError("expected UTF-8") from None
    return string
