"""Changes of a text by positions: everything outside the splices stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = re.compile(r"\s*steps:\s*(?:#|$)")


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


def merged(removals: Iterable[Splice]) -> list[Splice]:
    """Removals as few as possible: those that overlap or touch are one."""
    found: list[Splice] = []
    for one in sorted(removals, key=lambda one: (one.start, one.end)):
        if found and one.start <= found[-1].end:
            found[-1] = Splice(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def with_empty_lines(text: str, removal: Splice) -> Splice:
    """A removal of whole lines with the empty lines that would be left over; any other removal as it is.

    These are the lines after it if an empty line or ``steps:`` is before it. At the end of the text, they
    are the lines before it.
    """
    before, gone = text[: removal.start], text[removal.start : removal.end]
    end = len(text) - len(text[removal.end :].lstrip())
    # The blanks before the next line are its own.
    end = max(removal.end, text.rfind("\n", 0, end) + 1) if end < len(text) else end
    if not before.endswith("\n") or not (gone.endswith("\n") or end == len(text)):
        return removal
    if end == len(text):
        return Splice(before.find("\n", len(before.rstrip())) + 1, end)
    previous = before.removesuffix("\n").rpartition("\n")[2]
    is_left_over = not previous.strip() or _STEPS.match(previous)
    return Splice(removal.start, end) if is_left_over else removal


def whole_lines(text: str, start: int, end: int) -> Splice | None:
    """The removal of the lines from ``start`` to ``end``; None if something else is on them before ``start``.

    What follows ``end`` on its line goes too.
    """
    first = text.rfind("\n", 0, start) + 1
    if text[first:start].strip(" \t\ufeff"):
        return None
    newline = text.find("\n", end)
    return Splice(first + text[first:].startswith("\ufeff"), len(text) if newline < 0 else newline + 1)
