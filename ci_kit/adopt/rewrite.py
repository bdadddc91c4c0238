"""Writes the plan of a job into the text of its workflow, by splices."""

from __future__ import annotations

from collections.abc import Iterator

from ci_kit.adopt.action_step import ActionStep
from ci_kit.adopt.cuts import CannotCutError, cut, says_nothing
from ci_kit.adopt.document import Step
from ci_kit.adopt.nodes import content_end
from ci_kit.adopt.plan.job import JobPlan
from ci_kit.adopt.plan.services import removals
from ci_kit.adopt.plan.situation import is_referenced
from ci_kit.adopt.recognise.effects import Assign, TestRun
from ci_kit.adopt.splices import Splice, merged, with_empty_lines
from ci_kit.adopt.units import StepReading, Unit
from ci_kit.workflow import scalars
from ci_kit.workflow.uses import Uses

_COPIED = ("if", "env", "continue-on-error", "timeout-minutes")


class BlockedError(Exception):
    """A step cannot be changed in the planned way."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(reason)
        self.number = number
        self.reason = reason


def splices_of(plan: JobPlan, action: Uses) -> list[Splice]:
    """The splices that carry out a plan. Raises BlockedError."""
    if plan.tests is None:
        return []
    splices: list[Splice] = []
    removals = list(_services(plan))
    for reading in plan.readings:
        gone = [unit for unit in reading.units if unit in plan.units]
        if reading is plan.tests:
            splices += _tests(plan, reading, gone, action)
        elif goes_whole(plan, reading):
            removals.append(_removal(reading.step))
        elif gone:
            splices += _cut(reading, gone)
    text = plan.job.document.text
    return [*splices, *merged(with_empty_lines(text, one) for one in merged(removals))]


def goes_whole(plan: JobPlan, reading: StepReading) -> bool:
    """Whether a step before or after the tests is removed: each command of it goes, or serves only those."""
    gone = [unit for unit in reading.units if unit in plan.units]
    return (
        reading is not plan.tests
        and bool(gone)
        and all(unit in gone or says_nothing(unit) for unit in reading.units)
    )


def _services(plan: JobPlan) -> Iterator[Splice]:
    if plan.services:
        found = removals(plan.job, list(plan.services))
        if found is None:
            raise BlockedError(-1, "the services are not written in this place")
        yield from found


def _removal(step: Step) -> Splice:
    removal = step.removal()
    if removal is None:
        raise BlockedError(step.number, "the step cannot be removed alone")
    return removal


def _cut(reading: StepReading, gone: list[Unit]) -> list[Splice]:
    if reading.source is None:
        raise BlockedError(reading.step.number, "the step is not a script")
    try:
        return cut(reading.source, reading.units, gone)
    except CannotCutError as error:
        raise BlockedError(reading.step.number, str(error)) from error


def _tests(plan: JobPlan, reading: StepReading, gone: list[Unit], action: Uses) -> Iterator[Splice]:
    """The step of the tests: it becomes the action's, or other commands of it get a step before or after."""
    step = reading.step
    runs = [number for number, unit in enumerate(reading.units) if unit.has(TestRun)]
    before, after = reading.units[: runs[0]], reading.units[runs[-1] + 1 :]
    kept = [unit for unit in before if unit not in gone]
    left = [unit for unit in after if unit not in gone and not says_nothing(unit)]
    inner = [
        unit for unit in reading.units[runs[0] : runs[-1]] if unit not in gone and not says_nothing(unit)
    ]
    if inner:
        raise BlockedError(step.number, "other commands run between the tests")
    writer = ActionStep(step, action, plan.inputs, plan.passes_anyway)
    if all(map(says_nothing, kept)) and not left:
        yield from writer.in_place()
        return
    if step.is_flow or step.dash < 0:
        raise BlockedError(step.number, "the step is written with braces, and has other commands too")
    if is_referenced(step):
        raise BlockedError(step.number, f"another step uses steps.{step.text('id')}")
    end = _line_end(step.document.text, step.end)
    folder = plan.inputs.get("working-directory", "")
    rest = _rest(reading, before, left) if left else ""
    if all(map(says_nothing, kept)):
        yield from writer.in_place()
        yield Splice(end, end, writer.separate(_more(reading, rest, folder)))
        return
    removed = [unit for unit in reading.units if unit in gone or unit not in kept]
    yield from _cut(reading, removed)
    new = writer.as_new_step(_copied(reading))
    yield Splice(
        end, end, writer.separate(new) + (writer.separate(_more(reading, rest, folder)) if rest else "")
    )


def _rest(reading: StepReading, before: tuple[Unit, ...], left: list[Unit]) -> str:
    """The lines of the script after the tests."""
    if reading.source is None or reading.source.places is None or reading.source.node.style != "|":  # type: ignore[attr-defined]
        raise BlockedError(reading.step.number, "its script is not a block, and has commands after the tests")
    names = [one.name for unit in before for one in unit.effects if isinstance(one, Assign)]
    for unit in left:
        if any(f"${name}" in unit.text or f"${{{name}" in unit.text for name in names) or "$?" in unit.text:
            raise BlockedError(reading.step.number, f"line {unit.lines[0]} needs a variable of the script")
    text, places = reading.source.document.text, reading.source.places
    spans: dict[tuple[int, int], None] = {}
    for unit in left:
        start = text.rfind("\n", 0, places[unit.start]) + 1
        spans[start, _line_end(text, places[max(unit.start, unit.end - 1)])] = None
    if any(
        start <= places[one.start] < end for start, end in spans for one in reading.units if one not in left
    ):
        raise BlockedError(reading.step.number, "a line has the tests and other commands")
    return "".join(text[start:end] for start, end in spans)


def _more(reading: StepReading, rest: str, folder: str) -> str:
    """A step with the commands after the tests, with the keys of their old step."""
    document = reading.step.document
    newline = document.newline
    column = document.column(reading.step.start)
    keys = _copied(reading, "shell")
    if folder:
        keys.append(f"working-directory: {scalars.scalar(folder)}")
    head = "".join(f"{key}{newline}{' ' * column}" for key in keys)
    body = rest if rest.endswith("\n") else rest + newline
    return f"{head}run: |{newline}{body}"


def _copied(reading: StepReading, *more: str) -> list[str]:
    """The keys of a step, as they are written, that a second step needs too."""
    step, text = reading.step, reading.step.document.text
    return [
        text[entry.key.start_mark.index : content_end(entry.value, text)]
        for name, entry in step.entries.items()
        if name in (*_COPIED, *more)
    ]


def _line_end(text: str, position: int) -> int:
    newline = text.find("\n", position)
    return len(text) if newline < 0 else newline + 1
