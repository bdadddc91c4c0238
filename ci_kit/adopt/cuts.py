"""Removes commands from a script, and leaves its other lines as they are."""

from __future__ import annotations

from collections.abc import Collection

from ci_kit.adopt.recognise.effects import Activate, Assign, Count, Folder, Neutral
from ci_kit.adopt.script.reader import read_script
from ci_kit.adopt.script.words import UnsureError
from ci_kit.adopt.script_source import ScriptSource
from ci_kit.adopt.splices import Splice, apply_splices, merged
from ci_kit.adopt.units import Unit

_SILENT = (Neutral, Activate, Assign, Folder, Count)


class CannotCutError(Exception):
    """The commands cannot be removed from the script; the text is the reason."""


def says_nothing(unit: Unit) -> bool:
    """Whether a command has no purpose without the others of its script: a message, a variable, ``cd``."""
    return all(isinstance(effect, _SILENT) for effect in unit.effects)


def cut(source: ScriptSource, units: Collection[Unit], gone: Collection[Unit]) -> list[Splice]:
    """The splices in the document that remove commands from a script. Raises CannotCutError."""
    if source.places is None:
        raise CannotCutError("its script is folded or escaped, and has other commands too")
    ranges = _ranges(source.script, list(units), gone)
    _require_same(source.script, ranges, [unit for unit in units if unit not in gone])
    return [source.removal(one.start, one.end) for one in ranges]


def _ranges(script: str, units: list[Unit], gone: Collection[Unit]) -> list[Splice]:
    """What is removed from the script: whole lines where nothing else is on them."""
    found = []
    for number, unit in enumerate(units):
        if unit not in gone:
            continue
        line_start = script.rfind("\n", 0, unit.start) + 1
        newline = script.find("\n", unit.end)
        line_end = len(script) if newline < 0 else newline + 1
        # The other commands of the line, before and after.
        before = [one for one in units[:number] if one.end > line_start and one not in gone]
        after = [one for one in units[number + 1 :] if one.start < line_end and one not in gone]
        others = [one for one in units if one is not unit and line_start <= one.start < line_end]
        if not before and not after and all(one in gone for one in others):
            found.append(Splice(line_start, line_end))
        elif after:
            found.append(Splice(unit.start, units[number + 1].start))
        else:
            found.append(Splice(units[number - 1].end, unit.end))
    return merged(found)


def _require_same(script: str, ranges: list[Splice], kept: list[Unit]) -> None:
    """Check that the rest of the script has the other commands, each as it was. Raises CannotCutError."""
    rest = apply_splices(script, ranges)
    try:
        pipelines = [one for statement in read_script(rest) for one in statement.pipelines]
    except UnsureError as error:
        raise CannotCutError("the rest of its script would not be valid") from error
    position = 0
    for unit in kept:
        found = rest.find(unit.text, position)
        if found < 0:
            raise CannotCutError("the rest of its script would differ")
        position = found + len(unit.text)
    if kept and not pipelines:
        raise CannotCutError("the rest of its script would differ")
