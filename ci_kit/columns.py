"""The columns that text takes on a terminal: wide characters take two, and codes for colours none."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TextIO

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
"""A code that changes the colour of the following text."""

_UNKNOWN = 80
# Unicode's categories of characters that are shown on the character before, or not at all.
_WITHOUT_COLUMN = ("Mn", "Me", "Cf")


def terminal_columns(stream: TextIO) -> int:
    """The columns of a terminal: those of the variable COLUMNS, if it is set."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        # A serial console has 0.
        return os.get_terminal_size(stream.fileno()).columns or _UNKNOWN
    except (OSError, ValueError):
        return _UNKNOWN


def width(text: str) -> int:
    """The columns that a line of text takes.

    Source: Unicode Standard Annex 11, "East Asian Width".
    """
    text = COLOUR.sub("", text)
    return len(text) if text.isascii() else sum(map(_columns, text))


def padded(text: str, columns: int) -> str:
    """The text with spaces after it, to fill so many columns."""
    return text + " " * (columns - width(text))


def cut(text: str, columns: int) -> str:
    """The beginning of a text without colours, with an ellipsis if it has more columns than that."""
    if width(text) <= columns:
        return text
    kept = text[:columns]
    while kept and width(kept) >= columns:
        kept = kept[:-1]
    return f"{kept}…"


def wrapped(text: str, columns: int, indent: str) -> Iterator[str]:
    """The text in lines, broken at spaces only, so that a path stays whole.

    ``indent`` begins each line but the first.
    """
    line, used = "", 0
    for word in re.split(r"(?<=\S) ", text):
        needed = width(word)
        if line and used + 1 + needed > columns:
            yield line
            line, used = indent + word, len(indent) + needed
        else:
            line, used = (f"{line} {word}", used + 1 + needed) if line else (word, needed)
    yield line


@cache
def _columns(character: str) -> int:
    if unicodedata.category(character) in _WITHOUT_COLUMN:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
