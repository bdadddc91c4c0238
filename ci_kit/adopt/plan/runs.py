"""The steps with tests: which of them becomes the step of the action, and what the action replaces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_kit.adopt.plan.set_up import SETS_UP
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
    Zone,
)
from ci_kit.adopt.units import StepReading, Unit

_OF_TESTS = (TestRun, CoverageReport, Count, ExitCode, Neutral, Activate, Assign)
_ALSO_AFTER_FAILURES = frozenset({"", "success()", "always()", "!cancelled()", "success() || failure()"})


def step_of_tests(readings: Sequence[StepReading]) -> StepReading | None:
    """The step that becomes the step of the action; None if no step runs tests.

    It is the first one with tests, or the last one if the server or the zone is set up between them.
    """
    tests = [reading for reading in readings if reading.has(TestRun)]
    if not tests:
        return None
    between = readings[tests[0].step.number + 1 : tests[-1].step.number]
    return tests[-1] if any(reading.has(Zone, *SETS_UP) for reading in between) else tests[0]


def replaced_units(situation: Situation) -> list[Unit]:
    """The commands that the action replaces, in their order: tests, counting, and reports of coverage."""
    return [
        unit
        for reading in situation.readings
        for unit in reading.units
        if _is_replaced(situation, reading, unit)
    ]


def differing_steps(situation: Situation) -> Iterator[str]:
    """Why several steps with tests cannot become one step."""
    for reading in situation.readings:
        if reading is not situation.tests and reading.has(TestRun):
            for why in _obstacles(situation, reading):
                yield f"line {reading.step.line} runs tests too, and {why}"


def _is_replaced(situation: Situation, reading: StepReading, unit: Unit) -> bool:
    if reading is situation.tests:
        return unit.has(TestRun, CoverageReport, ExitCode, Count) or _counts(unit)
    if reading.has(TestRun):
        return True
    is_report = reading.has(CoverageReport) and reading.step.number > situation.tests.step.number
    return is_report and not any(_obstacles(situation, reading))


def _counts(unit: Unit) -> bool:
    """Whether a command keeps the number of the tests, or an exit code, in a variable."""
    return any(
        isinstance(effect, Assign) and (effect.value or "").startswith("\0") for effect in unit.effects
    )


def _obstacles(situation: Situation, reading: StepReading) -> Iterator[str]:
    """Why another step with tests or reports cannot become a part of the same run."""
    step, own = reading.step, situation.tests.step
    effects = [effect for unit in reading.units for effect in unit.effects]
    runs = [effect for effect in effects if isinstance(effect, TestRun)]
    condition = plain_condition(step)
    if why := situation.blocked.get(step.number):
        yield why
    if condition != plain_condition(own) and (runs or condition not in _ALSO_AFTER_FAILURES):
        yield "has another condition"
    if not all(isinstance(effect, _OF_TESTS) for effect in effects):
        yield "does more than that"
    if runs and step.folder != own.folder:
        yield "runs in another folder"
    if runs and reading.scope.env != situation.scope.env:
        yield "has another env"
    first, last = sorted((step.number, own.number))
    if runs and any(one.has(Unknown) for one in situation.readings[first + 1 : last]):
        yield "other commands are between them"
    tests = (effect for unit in situation.tests.units for effect in unit.effects)
    if not runs and not any(isinstance(effect, TestRun) and effect.coverage for effect in tests):
        yield "the tests are not measured"
