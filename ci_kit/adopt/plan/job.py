"""What becomes of one job."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ci_kit.adopt.document import Job, Step
from ci_kit.adopt.explanation import Advice, Explanation, Kept, Notes
from ci_kit.adopt.nodes import aliases_below, anchors_below, entries, value_at
from ci_kit.adopt.plan.runs import step_of_tests
from ci_kit.adopt.plan.server import plan_server
from ci_kit.adopt.plan.services import Service
from ci_kit.adopt.plan.situation import Part, Situation, is_referenced
from ci_kit.adopt.plan.tests import TestsPlan, plan_tests
from ci_kit.adopt.plan.zone import conflicting_zones, plan_zone
from ci_kit.adopt.recognise.effects import Folder, ServerStart, Sql, TestRun, Unknown
from ci_kit.adopt.units import StepReading, Unit, read_job
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.variables import STANDARD

_ORDER = ("working-directory", *(option.name for option in OPTIONS))


@dataclass(frozen=True)
class JobPlan:
    """What becomes of a job; ``tests`` is None if nothing changes. ``units`` are the commands that go.

    ``inputs`` are as a workflow has them. ``passes_anyway``: failed tests left the job green.
    """

    job: Job
    explanation: Explanation
    readings: tuple[StepReading, ...] = field(default=(), repr=False)
    tests: StepReading | None = field(default=None, repr=False)
    inputs: Mapping[str, str] = field(default_factory=dict)
    units: tuple[Unit, ...] = field(default=(), repr=False)
    services: tuple[Service, ...] = field(default=(), repr=False)
    passes_anyway: bool = False


def plan_job(job: Job, blocked: Mapping[int, str] | None = None) -> JobPlan:
    """What becomes of a job. ``blocked`` has steps that cannot be changed, with the reason."""
    readings = tuple(read_job(job))
    tests = step_of_tests(readings)
    notes = Notes()
    if tests is None:
        notes.kept += _may_run_tests(readings)
        return JobPlan(job, notes.explanation(job.name))
    situation = Situation(job, readings, tests, {**_blocked(job, tests.step), **(blocked or {})})
    why = _unfit(situation) or _folder(situation)[1] or conflicting_zones(situation)
    plan = TestsPlan(Part(), why) if why else plan_tests(situation, notes)
    if plan.problem:
        kept = Notes(kept=[Kept(situation.first.lines[0], "the tests", plan.problem)])
        return JobPlan(job, kept.explanation(job.name))
    server = plan_server(situation, notes)
    zone = plan_zone(situation, notes, server_stays=server.stays)
    if plan.passes_anyway:
        text = "failed tests left the job green; remove continue-on-error, so that they fail it"
        notes.advice.append(Advice(situation.first.lines[0], text))
    notes.advice += _misplaced_env(situation)
    inputs = {**zone.inputs, **server.part.inputs, **plan.part.inputs}
    if folder := _folder(situation)[0]:
        inputs["working-directory"] = folder
    written = {name: situation.expressions.written(inputs[name]) for name in _ORDER if name in inputs}
    units = (*zone.units, *server.part.units, *plan.part.units)
    return JobPlan(
        job, notes.explanation(job.name), readings, tests, written, units, server.services, plan.passes_anyway
    )


def _unfit(situation: Situation) -> str:
    """Why no part of a job can be replaced; empty if it can."""
    runs_on = situation.runs_on
    job = situation.job
    matrix = value_at(job.node, "strategy", "matrix")
    systems = runs_on + (job.document.slice(matrix) if matrix is not None and "matrix." in runs_on else "")
    for name in ("windows", "macos"):
        if name in systems.lower():
            return f"the job runs on {name}, and the hand-written commands are for another system"
    if "self-hosted" in runs_on:
        return "a self-hosted runner keeps its server, its accounts and its zone, and others may need them"
    if "container" in job.entries:
        return "the job runs in a container, where the action has no service of the machine"
    return ""


def _folder(situation: Situation) -> tuple[str, str]:
    """The input ``working-directory``, and why there is none."""
    step = situation.tests.step
    path = situation.scope.text(step.folder)
    for unit in situation.tests.units:
        if unit is situation.first:
            break
        for effect in unit.effects:
            if isinstance(effect, Folder):
                path = posixpath.join(path, effect.path)
    folder = posixpath.normpath(path) if path else ""
    if folder.startswith(("/", "..")):
        return "", f"they run in {folder}, which is outside the repository"
    return ("" if folder == "." else folder), ""


def _blocked(job: Job, tests: Step) -> dict[int, str]:
    """The steps that cannot be changed because something else needs them."""
    text = job.document.text
    used = {alias_name(text, alias.start_mark.index) for alias in aliases_below(job.document.root)}
    found = {}
    for step in job.steps:
        if step.is_alias:
            found[step.number] = "the step is an alias of another one"
        elif used & anchors_below(step.node):
            found[step.number] = "another place uses an anchor of the step"
        # The step of the tests keeps its id.
        elif step.number != tests.number and is_referenced(step):
            found[step.number] = f"another step uses steps.{step.text('id')}"
    return found


def alias_name(text: str, start: int) -> str:
    """The name of the alias at a position."""
    end = start + 1
    while end < len(text) and text[end] not in " \t\r\n,]}":
        end += 1
    return text[start + 1 : end]


def _misplaced_env(situation: Situation) -> Iterator[Advice]:
    """The variables of the server, if another job has them and the job with the tests does not."""
    job = situation.job
    for other in job.document.jobs:
        names = [str(key.value) for key, _ in entries(value_at(other.node, "env"))]
        of_server = [name for name in names if name in STANDARD]
        uses = any(reading.has(TestRun, Sql, ServerStart) for reading in read_job(other))
        if of_server and not uses and not set(of_server) & situation.scope.env.keys():
            names_of_server = ", ".join(of_server)
            text = f"the job {other.name} has {names_of_server} in env, and the tests run in {job.name}"
            yield Advice(other.line, text)


def _may_run_tests(readings: tuple[StepReading, ...]) -> Iterator[Kept]:
    for reading in readings:
        for unit in reading.units:
            for effect in unit.effects:
                if isinstance(effect, Unknown) and effect.runs_tests:
                    yield Kept(unit.lines[0], unit.shown, effect.why or "it may run tests")
