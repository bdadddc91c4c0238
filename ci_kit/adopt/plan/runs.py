"""The steps after the first one with tests: which of them become a part of the same run."""

from __future__ import annotations

from collections.abc import Iterator

from ci_kit.adopt.explanation import Kept, Notes
from ci_kit.adopt.plan.situation import Situation, plain_condition
from ci_kit.adopt.recognise.effects import (
    Activate,
    Assign,
    Count,
    CoverageReport,
    ExitCode,
    Neutral,
    TestRun,
    Unknown,
)
from ci_kit.adopt.units import StepReading, Unit

_OF_TESTS = (TestRun, CoverageReport, Count, ExitCode, Neutral, Activate, Assign)
_ALSO_AFTER_FAILURES = frozenset({"", "success()", "always()", "!cancelled()", "success() || failure()"})


def replaced_units(situation: Situation, notes: Notes) -> list[Unit]:
    """The commands that the action replaces: those of the first step with tests, and of steps after it."""
    own = situation.tests
    found = [
        unit for unit in own.units if unit.has(TestRun, CoverageReport, ExitCode, Count) or _counts(unit)
    ]
    unknown = False
    for reading in situation.readings[own.step.number + 1 :]:
        if reading.has(TestRun, CoverageReport):
            why = next(_obstacles(situation, reading, unknown=unknown), "")
            found += () if why else reading.units
            if why and reading.has(TestRun):
                notes.kept.append(Kept(reading.step.line, "more tests", why))
        unknown = unknown or reading.has(Unknown)
    return found


def _counts(unit: Unit) -> bool:
    """Whether a command keeps the number of the tests, or an exit code, in a variable."""
    return any(
        isinstance(effect, Assign) and (effect.value or "").startswith("\0") for effect in unit.effects
    )


def _obstacles(situation: Situation, reading: StepReading, *, unknown: bool) -> Iterator[str]:
    """Why a later step with tests or reports cannot become a part of the same run."""
    step, own = reading.step, situation.tests.step
    effects = [effect for unit in reading.units for effect in unit.effects]
    runs = [effect for effect in effects if isinstance(effect, TestRun)]
    condition = plain_condition(step)
    if why := situation.blocked.get(step.number):
        yield why
    if condition != plain_condition(own) and (runs or condition not in _ALSO_AFTER_FAILURES):
        yield "the step has another condition"
    if not all(isinstance(effect, _OF_TESTS) for effect in effects):
        yield "the step does more than that"
    if runs and unknown:
        yield "other commands run before it"
    if runs and step.folder != own.folder:
        yield "the step has another folder"
    if runs and reading.scope.env != situation.scope.env:
        yield "the step has another env"
    if any(run.problem or run.options for run in runs):
        yield "the action cannot run the command in the same way"
    first = (effect for unit in situation.tests.units for effect in unit.effects)
    if not runs and not any(isinstance(effect, TestRun) and effect.coverage for effect in first):
        yield "the tests are not measured"
