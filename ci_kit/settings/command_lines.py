"""The parser of commands: the words of each, which ci-kit starts without a shell."""

from __future__ import annotations

import re

from ci_kit.settings.parsers import words
from ci_kit.settings.shapes import STRING, STRINGS, any_of, shaped

_EXPECTED = (
    "expected one command as a list of strings, several as a list of such lists, or a string with a command"
    " on each line"
)
_OPERATORS = frozenset({"&&", "||", ";", "&", "|", ">", ">>", "<", "2>&1", "2>"})
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.ASCII | re.DOTALL)


@shaped(any_of(STRING, STRINGS, {"type": "array", "items": STRINGS}))
def command_lines(value: object) -> tuple[tuple[str, ...], ...]:
    """The words of each command. Raises ValueError, whose message names what was expected.

    A list of strings is one command, and a list of lists is several. A string has a command on each line.
    """
    match value:
        case str():
            return tuple(map(_line, _lines(value)))
        case [str(), *_] if all(isinstance(word, str) for word in value):
            return (_command(words(value)),)
        case [] | [list() | tuple(), *_] if all(isinstance(one, list | tuple) for one in value):
            return tuple(_command(words(one)) for one in value)
    raise ValueError(_EXPECTED)


def _lines(text: str) -> list[str]:
    # A backslash at the end continues a line, as in a shell.
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def _line(line: str) -> tuple[str, ...]:
    found = words(line)
    if operators := _OPERATORS.intersection(found):
        raise ValueError(
            f"no shell runs the command, so {min(operators)} has no meaning there: write each command on a"
            " line of its own"
        )
    if _ASSIGNMENT.fullmatch(found[0]):
        raise ValueError(f"no shell runs the command, so {found[0]} cannot set a variable there")
    return _command(found)


def _command(found: tuple[str, ...]) -> tuple[str, ...]:
    if not found or not found[0].strip():
        raise ValueError("a command is empty")
    return found
