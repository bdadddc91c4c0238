"""The sections of a generated file that belong to the project and stay across renders.

A section is what stands between the lines ``# ci-kit: keep`` and ``# ci-kit: end keep``. It keeps its place
relative to the generated lines around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import dropwhile

from ci_kit.errors import UsageError

BEGIN = "# ci-kit: keep"
END = "# ci-kit: end keep"
_BEGIN = re.compile(rf"\s*{BEGIN}\b.*")
_END = re.compile(rf"\s*{END}\b.*")


@dataclass(frozen=True)
class Section:
    """The lines of a section, with its marks and with the empty lines before it.

    ``after`` is the number of lines before it that are not empty and in no section.
    """

    lines: tuple[str, ...]
    after: int
    number: int


def without_sections(text: str) -> str:
    """The text without the sections of the project. A mark that has no counterpart stays in it."""
    try:
        return "".join(f"{line}\n" for line in _split(text)[0])
    except _MarkError:
        return text


def forbid_sections(text: str, template: str) -> None:
    """Raise UsageError if a template produces a mark, because what follows would count as the project's."""
    for line in text.splitlines():
        if _BEGIN.fullmatch(line) or _END.fullmatch(line):
            raise UsageError(
                f"the template {template} produces the line {line.strip()!r}",
                why="that line marks a section that a person has written into the generated file",
                todo="remove it from the template or the settings: everything of a template is kept",
            )


def with_sections(text: str, current: str, file: str) -> str:
    """The new text of a file with the sections of its ``current`` text.

    Raises UsageError if a mark has no counterpart, or if no line near a section is left.
    """
    try:
        old, sections = _split(current)
    except _MarkError as error:
        raise UsageError(
            f"{file}, line {error.number}: {error}",
            why=f"a section begins with the line {BEGIN!r} and ends with {END!r}",
            todo="correct the marks",
        ) from error
    if not sections:
        return text
    lines = _lines(text)
    places = [number for number, line in enumerate(lines) if line.strip()]
    positions = _positions([line for line in old if line.strip()], [lines[place] for place in places])
    added: dict[int, list[str]] = {}
    for section in sections:
        position = positions.get(section.after)
        if position is None:
            raise UsageError(
                f"{file}, line {section.number}: the place of this section is not known any more",
                why="the generated lines before and after it have changed",
                todo="move the section to another place in the file, or delete it",
            )
        place = places[position - 1] + 1 if position else 0
        added.setdefault(place, []).extend(section.lines)
    merged = [
        line
        for number in range(len(lines) + 1)
        for line in (*added.get(number, ()), *lines[number : number + 1])
    ]
    # Where a person has left empty lines around a section is not a difference.
    same = [line for line in merged if line.strip()] == [
        line for line in current.splitlines() if line.strip()
    ]
    return current if same else "".join(f"{line}\n" for line in merged)


def _positions(old: list[str], new: list[str]) -> dict[int, int]:
    """For each number of lines before a place in ``old``, the number of lines before it in ``new``.

    A place follows the line before it, or else comes before the line after it.
    """
    positions = {0: 0, len(old): len(new)}
    before: dict[int, int] = {}
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            positions[block.a + offset + 1] = block.b + offset + 1
            before[block.a + offset] = block.b + offset
    return before | positions


class _MarkError(ValueError):
    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


def _split(text: str) -> tuple[list[str], list[Section]]:
    """The lines outside of sections, and the sections. Raises _MarkError."""
    outside: list[str] = []
    sections: list[Section] = []
    section: list[str] = []
    begin = 0
    for number, line in enumerate(_lines(text), 1):
        if _BEGIN.fullmatch(line):
            if begin:
                raise _MarkError(f"a section begins within the one of line {begin}", number)
            section, begin = [*_trailing_blanks(outside), line], number
        elif _END.fullmatch(line):
            if not begin:
                raise _MarkError("a section ends that has not begun", number)
            after = sum(1 for other in outside if other.strip())
            sections.append(Section((*section, line), after, begin))
            begin = 0
        elif begin:
            section.append(line)
        else:
            outside.append(line)
    if begin:
        raise _MarkError("the section does not end", begin)
    return outside, sections


def _lines(text: str) -> list[str]:
    # Not str.splitlines(), which also splits at characters that a section of the project may have.
    return text.removesuffix("\n").split("\n") if text else []


def _trailing_blanks(lines: list[str]) -> list[str]:
    """Remove the empty lines at the end of ``lines``, and give them back."""
    kept = len(list(dropwhile(lambda line: not line.strip(), reversed(lines))))
    blanks = lines[kept:]
    del lines[kept:]
    return blanks
