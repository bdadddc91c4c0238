"""Settings that are a table: pairs of a name and a text."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ci_kit.settings.shapes import STRING, STRINGS, any_of, table_of

PAIRS = any_of(table_of(STRING), STRING, STRINGS)
"""What :func:`pairs` accepts."""

_AROUND_EQUALS = re.compile(r"^([ \t]*[^\s=]+)[ \t]*=[ \t]*", re.MULTILINE)


@dataclass(frozen=True)
class Pair:
    """A row of a table."""

    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.name}={self.text}"


def pairs(value: object, example: Pair) -> tuple[Pair, ...]:
    """The pairs of a table, of a text such as ``DB_HOST=host DB_PORT=port``, or of a list of such words.

    ``example`` is for messages. Raises ValueError, also if a name is there twice.
    """
    table = f'{{ {example.name} = "{example.text}" }}'
    expected = f"expected a table such as {table}, or a text such as {example}"
    found = tuple(_pairs(value, expected))
    names = [pair.name for pair in found]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ValueError(f"{twice} is there twice")
    return found


def _pairs(value: object, expected: str) -> Iterable[Pair]:
    match value:
        case Mapping():
            return [Pair(str(name), _text(str(name), text)) for name, text in value.items()]
        case str():
            words = _words(value)
        case list() | tuple():
            # Pairs come from a flag, whose value was parsed before.
            words = [str(word) for word in value if isinstance(word, str | Pair)]
            if len(words) < len(value):
                raise ValueError(expected)
        case _:
            raise ValueError(expected)
    if wrong := next((word for word in words if "=" not in word), ""):
        raise ValueError(f"{wrong!r} is not NAME=value; {expected}")
    return [Pair(name, text) for name, _, text in (word.partition("=") for word in words)]


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}, expected a string in quotes")
    return value


def _words(text: str) -> list[str]:
    # `DB_HOST = host` on a line of its own is what pyproject.toml has.
    joined = _AROUND_EQUALS.sub(r"\1=", text)
    try:
        return shlex.split(joined, comments=True)
    except ValueError as error:
        raise ValueError(f"expected words as in a shell command: {error}") from None
