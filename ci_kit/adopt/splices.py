"""Changes of a text by positions: everything outside the splices stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Splice:
    """The characters from ``start`` to ``end`` become ``text``."""

    start: int
    end: int
    text: str = ""


def apply_splices(text: str, splices: Iterable[Splice]) -> str:
    """The text with its splices. Raises ValueError if two of them overlap."""
    parts, position = [], 0
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        if not position <= splice.start <= splice.end <= len(text):
            raise ValueError(f"the splice at {splice.start} overlaps with the one before")
        parts += [text[position : splice.start], splice.text]
        position = splice.end
    return "".join((*parts, text[position:]))


def whole_lines(text: str, start: int, end: int) -> Splice | None:
    """The removal of the lines from ``start`` to ``end``; None if something else is on them before ``start``.

    What follows ``end`` on its line goes too.
    """
    first = text.rfind("\n", 0, start) + 1
    if text[first:start].strip(" \t\ufeff"):
        return None
    newline = text.find("\n", end)
    return Splice(first + text[first:].startswith("\ufeff"), len(text) if newline < 0 else newline + 1)
