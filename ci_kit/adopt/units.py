"""The commands of a step one by one, each with what it does and where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ci_kit.adopt.document import Job, Step
from ci_kit.adopt.nodes import entries, value_at
from ci_kit.adopt.recognise.argv import argv_of
from ci_kit.adopt.recognise.counting import EXIT_CODE, counts, fails, is_exit_test, is_quiet
from ci_kit.adopt.recognise.effects import (
    Assign,
    Count,
    Effect,
    ExitCode,
    Export,
    Harmless,
    TestRun,
    Unknown,
    Zone,
)
from ci_kit.adopt.recognise.table import recognise
from ci_kit.adopt.recognise.tests import recognise_tests
from ci_kit.adopt.recognise.zone import zone_of_action
from ci_kit.adopt.script.commands import If, Pipeline, Simple, Statement, commands_in
from ci_kit.adopt.script.reader import read_script
from ci_kit.adopt.script.words import UnsureError
from ci_kit.adopt.script_source import ScriptSource
from ci_kit.adopt.values import Expressions, Scope, scalar_value

_SHELLS = re.compile(r"(?:bash|sh)\b.*")
_SERVER_WORDS = re.compile(r"mysql|mariadb|my\.cnf", re.IGNORECASE)
_DATABASE_WORDS = re.compile(r"mysql|mariadb|migrat|database|\bsql\b", re.IGNORECASE)


@dataclass(frozen=True)
class Unit:
    """One command of a step, or a few that cannot be separated. ``start`` and ``end`` are in the script."""

    step: Step
    effects: tuple[Effect, ...]
    text: str
    lines: tuple[int, int]
    start: int = 0
    end: int = 0
    name: str = ""

    @property
    def shown(self) -> str:
        """The command in a few words, for messages."""
        first, *rest = self.text.strip().split("\n")
        return first.strip() + (" …" if rest else "")

    def has(self, *kinds: type) -> bool:
        return any(isinstance(effect, kinds) for effect in self.effects)


@dataclass(frozen=True)
class StepReading:
    """What a step does. ``problem`` says why its script is not understood; then it is one unit."""

    step: Step
    scope: Scope
    units: tuple[Unit, ...] = ()
    source: ScriptSource | None = None
    problem: str = ""

    def has(self, *kinds: type) -> bool:
        return any(unit.has(*kinds) for unit in self.units)


def read_job(job: Job) -> list[StepReading]:
    """What each step of a job does, in their order."""
    scope = Scope(Expressions())
    for owner in (job.document.root, job.node):
        scope = scope.with_env(value_at(owner, "env"))
    readings = []
    for step in job.steps:
        reading = _read_step(step, scope.with_env(value_at(step.node, "env")))
        readings.append(reading)
        for unit in reading.units:
            for effect in unit.effects:
                if isinstance(effect, Export):
                    scope = scope.exported(effect.name, effect.value)
    return readings


def _read_step(step: Step, scope: Scope) -> StepReading:
    if step.text("uses") is not None:
        return StepReading(step, scope, (_action(step, scope),))
    if "run" not in step.entries:
        return StepReading(step, scope)
    source = ScriptSource(step.document, step.entries["run"].value)
    if step.shell and not _SHELLS.fullmatch(step.shell):
        return _unread(step, scope, source, f"the shell of the step is {step.shell}")
    try:
        statements = read_script(source.script)
    except UnsureError as error:
        line = source.line(error.position)
        return _unread(step, scope, source, f"the script is not understood at line {line}: {error.reason}")
    return StepReading(step, scope, tuple(_Reading(step, source, scope).units(statements)), source)


def _unread(step: Step, scope: Scope, source: ScriptSource, why: str) -> StepReading:
    text = source.script
    effect = Unknown(why, bool(_SERVER_WORDS.search(text)), runs_tests=bool(re.search(r"\bpytest\b", text)))
    unit = Unit(step, (effect,), text, (step.line, step.last_line), 0, len(text))
    return StepReading(step, scope, (unit,), source, why)


def _action(step: Step, scope: Scope) -> Unit:
    """A step that uses an action of others."""
    uses = step.text("uses") or ""
    inputs = {
        str(key.value): scope.text(scalar_value(value)) for key, value in entries(value_at(step.node, "with"))
    }
    effect: Effect = Harmless()
    if zone := zone_of_action(uses, inputs):
        effect = Zone(zone)
    elif _DATABASE_WORDS.search(" ".join((uses.partition("@")[0], *inputs.values()))):
        effect = Unknown(is_server=bool(_SERVER_WORDS.search(uses)))
    return Unit(step, (effect,), f"uses: {uses}", (step.line, step.last_line))


@dataclass
class _Reading:
    """Reads the statements of one script; ``scope`` changes with its variables."""

    step: Step
    source: ScriptSource
    scope: Scope
    name: str = field(default="", init=False)

    def units(self, statements: tuple[Statement, ...]) -> Iterator[Unit]:
        for statement in statements:
            ends = [_end(pipeline) for pipeline in statement.pipelines]
            separate = ends == sorted(ends) and all(
                end == pipeline.end for end, pipeline in zip(ends[:-1], statement.pipelines, strict=False)
            )
            if statement.background or "||" in statement.operators or not separate:
                yield self._unit(tuple(self._statement(statement)), statement.start, statement.end)
                continue
            for pipeline in statement.pipelines:
                last = pipeline is statement.pipelines[-1]
                end = statement.end if last else pipeline.end
                yield self._unit(tuple(self._pipeline(pipeline)), pipeline.start, end)

    def _unit(self, effects: tuple[Effect, ...], start: int, end: int) -> Unit:
        lines = (self.source.line(start), self.source.line(max(start, end - 1)))
        return Unit(self.step, effects, self.source.script[start:end], lines, start, end, self.name)

    def _statement(self, statement: Statement) -> Iterator[Effect]:
        """A statement that stays together: with ``||``, in the background, or with several here-documents."""
        if statement.background:
            yield self._unknown(statement, "it runs in the background")
            return
        operators = statement.operators
        if "||" not in operators:
            for pipeline in statement.pipelines:
                yield from self._pipeline(pipeline)
            return
        if operators.count("||") > 1 or operators[-1] != "||":
            yield self._unknown(statement, "'&&' and '||' are mixed")
            return
        *before, last = statement.pipelines
        effects = [effect for pipeline in before for effect in self._pipeline(pipeline)]
        runs = any(isinstance(effect, TestRun) for effect in effects)
        alternative = Statement((last,), (), False, last.start, last.end)
        takes_code = isinstance(last.only, Simple) and not last.only.words
        if runs and (is_exit_test(last, self.scope) or (takes_code and self._is_code(last))):
            yield from (*effects, *self._pipeline(last), ExitCode())
        elif is_quiet((alternative,)):
            hides = runs and not fails((alternative,))
            for effect in effects:
                if hides and isinstance(effect, TestRun):
                    yield replace(effect, passes_anyway=True)
                else:
                    yield effect
        else:
            yield self._unknown(statement, "what follows '||' is not understood")

    def _is_code(self, pipeline: Pipeline) -> bool:
        return any(isinstance(one, Assign) and one.value == EXIT_CODE for one in self._pipeline(pipeline))

    def _pipeline(self, pipeline: Pipeline) -> Iterator[Effect]:
        command = pipeline.only
        if isinstance(command, If) and counts(command, self.scope):
            found = list(self._counted(command))
            if found:
                yield from found
                return
        row, effect = recognise(pipeline, self.scope)
        if effect is None:
            statement = Statement((pipeline,), (), False, pipeline.start, pipeline.end)
            yield self._unknown(statement, "")
            return
        self.name = row.name if row else ""
        if isinstance(effect, Assign):
            self.scope = self.scope.assigned(effect.name, effect.value)
        yield effect

    def _counted(self, command: If) -> Iterator[Effect]:
        """``if`` there are tests, run them: the effects of that branch; none if it is something else."""
        (_, body), otherwise = command.branches[0], command.otherwise
        branches = [branch for branch in (body, otherwise) if branch and not is_quiet(branch)]
        quiet = [branch for branch in (body, otherwise) if branch and is_quiet(branch)]
        if len(branches) != 1 or command.redirects:
            return
        inner = [effect for unit in self.units(branches[0]) for effect in unit.effects]
        if any(isinstance(effect, TestRun) for effect in inner):
            yield Count(empty_fails=any(map(fails, quiet)))
            yield from inner

    def _unknown(self, statement: Statement, why: str) -> Unknown:
        text = self.source.script[statement.start : statement.end]
        simple = [one for one in commands_in([statement]) if isinstance(one, Simple)]
        tests = [
            recognise_tests(Pipeline((one,), False, one.start, one.end), self.scope)
            for one in simple
            if argv_of(one, self.scope).words
        ]
        runs = any(isinstance(one, TestRun) or (one and one.runs_tests) for one in tests)
        return Unknown(why, bool(_SERVER_WORDS.search(text)), runs_tests=runs)


def _end(pipeline: Pipeline) -> int:
    """The end of a pipeline with the bodies of its here-documents."""
    statement = Statement((pipeline,), (), False, pipeline.start, pipeline.end)
    bodies = [one.end for command in commands_in([statement]) for one in command.redirects if one.body]
    return max([pipeline.end, *bodies])
