"""The tests of a job: which commands run them, and the inputs that do the same."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from ci_kit.adopt.cuts import says_nothing
from ci_kit.adopt.explanation import Advice, Change, Kept, Notes
from ci_kit.adopt.plan.situation import Part, Situation, plain_condition
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

_DISPLAY = re.compile(r"-[vqs]+|-r\w*|--tb(=.*)?|--durations.*|--color.*|--cov.*|--no-header|--junit-?xml.*")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.-]*)\}")
_OF_TESTS = (TestRun, CoverageReport, Count, ExitCode, Neutral, Activate, Assign)
_LEAVES_REPORTS = frozenset({"", "success()", "always()", "!cancelled()", "success() || failure()"})


@dataclass(frozen=True)
class TestsPlan:
    """``problem`` is why the tests stay as they are; empty if they do not.

    ``passes_anyway``: failed tests left the job green.
    """

    part: Part
    problem: str = ""
    passes_anyway: bool = False

    __test__ = False


def plan_tests(situation: Situation, notes: Notes) -> TestsPlan:
    """What becomes of the commands that run tests, count them and report coverage."""
    units = _units(situation, notes)
    runs = [effect for unit in units for effect in unit.effects if isinstance(effect, TestRun)]
    if problem := next(_problems(situation, units, runs), ""):
        return TestsPlan(Part(), problem)
    chosen = _distinct(runs)
    if len(runs) > len(chosen):
        lines = [str(unit.lines[0]) for unit in units if unit.has(TestRun)]
        notes.advice.append(
            Advice(situation.first.lines[0], f"the tests ran twice, at lines {', '.join(lines)}; now once")
        )
    for unit in _left(situation, units):
        notes.kept.append(Kept(unit.lines[0], f"`{unit.shown}`", "it gets a step of its own after the tests"))
    inputs = {**_arguments(chosen), **_coverage(situation, units, chosen)}
    counted = [effect for unit in units for effect in unit.effects if isinstance(effect, Count)]
    if any(one.empty_fails for one in counted):
        inputs["min-tests"] = "1"
    for unit in units:
        if unit.has(TestRun, CoverageReport, Count, ExitCode):
            found = f"the tests, `{unit.shown}`" if unit.has(TestRun) else unit.name
            notes.changes.append(Change(unit.lines, found, "the action"))
    return TestsPlan(Part(inputs, tuple(units)), passes_anyway=any(run.passes_anyway for run in runs))


def _units(situation: Situation, notes: Notes) -> list[Unit]:
    """The commands that the action replaces: those of the first step with tests, and of steps after it."""
    own = situation.tests
    found = [unit for unit in own.units if unit.has(TestRun, CoverageReport, ExitCode, Count)]
    found += [unit for unit in own.units if unit.has(Assign) and _counts(unit)]
    unknown = False
    for reading in situation.readings[own.step.number + 1 :]:
        relevant = reading.has(TestRun, CoverageReport)
        if relevant and (why := _obstacle(situation, reading, unknown=unknown)):
            if reading.has(TestRun):
                notes.kept.append(Kept(reading.step.line, "more tests", why))
        elif relevant:
            found += reading.units
        unknown = unknown or reading.has(Unknown)
    return [unit for reading in situation.readings for unit in reading.units if unit in found]


def _left(situation: Situation, units: list[Unit]) -> list[Unit]:
    """The commands after the tests in their script that are for something else."""
    own = situation.tests.units
    after = own[own.index(situation.first) :]
    return [unit for unit in after if unit not in units and not says_nothing(unit)]


def _counts(unit: Unit) -> bool:
    return any(
        isinstance(effect, Assign) and (effect.value or "").startswith("\0") for effect in unit.effects
    )


def _obstacle(situation: Situation, reading: StepReading, *, unknown: bool) -> str:
    """Why a later step with tests or reports cannot become a part of the same run."""
    step, own = reading.step, situation.tests.step
    if why := situation.blocked.get(step.number):
        return why
    condition = plain_condition(step)
    if condition != plain_condition(own) and (reading.has(TestRun) or condition not in _LEAVES_REPORTS):
        return "the step has another condition"
    if not all(
        unit.effects and isinstance(effect, _OF_TESTS) for unit in reading.units for effect in unit.effects
    ):
        return "the step does more than that"
    if reading.has(TestRun) and unknown:
        return "other commands run before it"
    if reading.has(TestRun) and step.folder != own.folder:
        return "the step has another folder"
    if reading.has(TestRun) and "env" in step.entries and reading.scope.env != situation.scope.env:
        return "the step has another env"
    if any(run.problem for unit in reading.units for run in unit.effects if isinstance(run, TestRun)):
        return "the action cannot run the command in the same way"
    if not any(one.coverage for one in _runs(situation.tests)) and not reading.has(TestRun):
        return "the tests are not measured"
    return ""


def _runs(reading: StepReading) -> list[TestRun]:
    return [one for unit in reading.units for one in unit.effects if isinstance(one, TestRun)]


def _problems(situation: Situation, units: list[Unit], runs: list[TestRun]) -> Iterator[str]:
    step = situation.tests.step
    if reason := situation.blocked.get(step.number):
        yield reason
    for run in runs:
        if run.problem:
            yield run.problem
        if run.options:
            yield (
                f"coverage has the options {' '.join(run.options)}; move them to [tool.coverage.run] in"
                " pyproject.toml, and adopt again"
            )
    if "uv run" in situation.first.text and not _uv_syncs(situation):
        yield "`uv run` makes the environment; add a step with `uv sync` before it, and adopt again"
    for unit in units:
        for effect in unit.effects:
            if isinstance(effect, Unknown) and unit.has(TestRun):
                yield f"the command that runs them does more: {effect.why or 'something unknown'}"
    if _ignores_errors(situation) and not situation.tests.units[-1].has(TestRun, ExitCode):
        yield "the script goes on if they fail, and its exit code is that of another command"
    for unit in situation.tests.units:
        exported = [one.name for one in unit.effects if isinstance(one, Assign) and one.exported]
        if exported and unit.start < situation.first.start:
            yield f"the script exports {exported[0]} to them; write it in the env of the step"


def _uv_syncs(situation: Situation) -> bool:
    made = ("uv sync", "uv venv", "uv pip")
    return any(unit.text.startswith(made) for unit in situation.before())


def _ignores_errors(situation: Situation) -> bool:
    """Whether the script goes on after a command that fails."""
    before = [unit.text for unit in situation.tests.units if unit.start < situation.first.start]
    shell = situation.tests.step.shell
    return any(text.startswith("set +e") for text in before) or ("{0}" in shell and "-e" not in shell)


def _distinct(runs: list[TestRun]) -> list[TestRun]:
    """The runs of different tests. Of two runs of the same tests, the one that is measured."""
    found: dict[tuple[str, ...], TestRun] = {}
    for run in runs:
        selection = tuple(word for word in run.words if not _DISPLAY.fullmatch(word))
        if selection not in found or (run.coverage and not found[selection].coverage):
            found[selection] = run
    return list(found.values())


def _arguments(runs: list[TestRun]) -> dict[str, str]:
    if len(runs) == 1 and runs[0].is_pytest:
        words = runs[0].words[1:]
        return {"pytest-args": _joined(words)} if words else {}
    commands = [_joined(run.words) for run in runs]
    return {"test-command": "\n".join(commands) + ("\n" if len(commands) > 1 else "")}


def _joined(words: tuple[str, ...]) -> str:
    """Words as a shell writes them; braces that would be placeholders are doubled."""
    return " ".join(shlex.quote(_PLACEHOLDER.sub(r"{{\1}}", word)) for word in words)


def _coverage(situation: Situation, units: list[Unit], runs: list[TestRun]) -> dict[str, str]:
    if not any(run.coverage for run in runs):
        return {"coverage": "false"}
    reports = [one.inputs for unit in units for one in unit.effects if isinstance(one, CoverageReport)]
    return {name: value for report in reports for name, value in report.items()}
