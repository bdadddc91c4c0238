"""The tests of a job: which commands run them, and the inputs that do the same."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ci_kit.adopt.cuts import says_nothing
from ci_kit.adopt.explanation import Advice, Change, Kept, Notes
from ci_kit.adopt.plan.runs import differing_steps, replaced_units
from ci_kit.adopt.plan.situation import Part, Situation
from ci_kit.adopt.recognise.effects import Assign, Count, CoverageReport, ExitCode, TestRun, Unknown
from ci_kit.adopt.units import Unit
from ci_kit.adopt.values import has_expression

# Options that change what pytest prints or writes, and not which tests it runs.
_DISPLAY = re.compile(r"-[vqs]+|-r\w*|--tb(=.*)?|--durations.*|--color.*|--cov.*|--no-header|--junit-?xml.*")
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.-]*)\}")
_MAKES_ENVIRONMENT = ("uv sync", "uv venv", "uv pip")


@dataclass(frozen=True)
class TestsPlan:
    """``problem`` is why the tests stay as they are; empty if they do not.

    ``passes_anyway``: failed tests left the job green.
    """

    __test__ = False

    part: Part
    problem: str = ""
    passes_anyway: bool = False


def plan_tests(situation: Situation, notes: Notes) -> TestsPlan:
    """What becomes of the commands that run tests, count them and report coverage."""
    units = replaced_units(situation)
    effects = [effect for unit in units for effect in unit.effects]
    runs = [effect for effect in effects if isinstance(effect, TestRun)]
    if problem := next(_problems(situation, runs), ""):
        return TestsPlan(Part(), problem)
    chosen = _distinct(runs)
    inputs = {**_arguments(chosen), **_coverage(effects, chosen)}
    if any(isinstance(effect, Count) and effect.empty_fails for effect in effects):
        inputs["min-tests"] = "1"
    _explain(situation, units, notes, is_repeated=len(runs) > len(chosen))
    return TestsPlan(Part(inputs, tuple(units)), passes_anyway=any(run.passes_anyway for run in runs))


def _problems(situation: Situation, runs: list[TestRun]) -> Iterator[str]:
    """Why the tests stay as they are."""
    own, first = situation.tests, situation.first
    if reason := situation.blocked.get(own.step.number):
        yield reason
    if "with" in own.step.entries:
        yield "GitHub does not accept `with` beside `run`"
    yield from filter(None, (run.problem for run in runs))
    yield from differing_steps(situation)
    if options := [option for run in runs for option in run.options]:
        yield (
            f"coverage has the options {' '.join(options)}; move them to [tool.coverage.run] in"
            " pyproject.toml, and adopt again"
        )
    if "uv run" in first.text and not any(
        one.text.startswith(_MAKES_ENVIRONMENT) for one in situation.before()
    ):
        yield "`uv run` makes the environment; add a step with `uv sync` before it, and adopt again"
    if first.has(Unknown):
        yield "the command that runs them does more"
    if _ignores_errors(situation) and not own.units[-1].has(TestRun, ExitCode):
        yield "the script goes on if they fail, and its exit code is that of another command"
    before = [effect for unit in own.units[: own.units.index(first)] for effect in unit.effects]
    if exported := [effect.name for effect in before if isinstance(effect, Assign) and effect.exported]:
        yield f"the script exports {exported[0]} to them; write it in the env of the step"


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
        return {"pytest-args": _joined(runs[0], 1)} if runs[0].words[1:] else {}
    commands = [_joined(run, 0) for run in runs]
    return {"test-command": commands[0] if len(commands) == 1 else "".join(f"{one}\n" for one in commands)}


def _joined(run: TestRun, start: int) -> str:
    """The words of a run from one on, as a shell writes them; braces of placeholders are doubled."""
    words = [_PLACEHOLDER.sub(r"{{\1}}", word) for word in run.words]
    last = len(words) - 1
    quoted = [
        word if last - number in run.bare and has_expression(word) else shlex.quote(word)
        for number, word in enumerate(words)
    ]
    return " ".join(quoted[start:])


def _coverage(effects: Sequence[object], runs: list[TestRun]) -> dict[str, str]:
    if not any(run.coverage for run in runs):
        return {"coverage": "false"}
    reports = [effect.inputs for effect in effects if isinstance(effect, CoverageReport)]
    return {name: value for report in reports for name, value in report.items()}


def _explain(situation: Situation, units: list[Unit], notes: Notes, *, is_repeated: bool) -> None:
    for unit in units:
        found = f"the tests, `{unit.shown}`" if unit.has(TestRun) else unit.name
        notes.changes.append(Change(unit.lines, found, "the action"))
    if is_repeated:
        lines = ", ".join(str(unit.lines[0]) for unit in units if unit.has(TestRun))
        text = f"the tests ran twice, at the lines {lines}; the action runs them once"
        notes.advice.append(Advice(situation.first.lines[0], text))
    own = situation.tests.units
    for unit in own[own.index(situation.first) :]:
        if unit not in units and not says_nothing(unit):
            text = "it gets a step of its own, after the tests"
            notes.kept.append(Kept(unit.lines[0], f"`{unit.shown}`", text))
