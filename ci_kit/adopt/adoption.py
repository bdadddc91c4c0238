"""Adopts one workflow: its text in, the new text and an explanation out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import yaml

from ci_kit.adopt.advice import advice_for
from ci_kit.adopt.document import Document, Job
from ci_kit.adopt.explanation import Advice, Explanation
from ci_kit.adopt.plan.job import JobPlan, plan_job
from ci_kit.adopt.rewrite import BlockedError, goes_whole, splices_of
from ci_kit.adopt.splices import Splice, apply_splices
from ci_kit.errors import BugError, UsageError
from ci_kit.workflow.uses import Uses
from ci_kit.workflow.validation import workflow_problem


@dataclass(frozen=True)
class Adoption:
    """A workflow before and after its adoption."""

    before: str
    after: str
    explanations: tuple[Explanation, ...]

    @property
    def changed(self) -> bool:
        return self.before != self.after


def adopt_text(text: str, action: Uses, *, name: str) -> Adoption:
    """Adopt the text of the workflow ``name``. Raises UsageError, with the line, if it is not a workflow."""
    # By the loader of Document: libyaml accepts a few texts that PyYAML does not.
    _require_workflow(text, name)
    document = Document.parse(text)
    splices: list[Splice] = []
    explanations = []
    touched: dict[str, set[int]] = {}
    for job in document.jobs:
        plan, found = _plan(job, action)
        splices += found
        explanations.append(plan.explanation)
        if found:
            touched[job.name] = {unit.step.number for unit in plan.units}
    explanations.append(Explanation(advice=tuple(advice_for(document))))
    after = apply_splices(text, splices)
    _require_same(document, after, touched)
    return Adoption(text, after, tuple(explanations))


def _plan(job: Job, action: Uses) -> tuple[JobPlan, list[Splice]]:
    """The plan of a job and its splices. A step that cannot be changed leads to another plan."""
    blocked: dict[int, str] = {}
    # Each turn blocks one more step.
    for _ in range(len(job.steps) + 2):
        plan = plan_job(job, blocked)
        try:
            found = splices_of(plan, action)
            return replace(plan, explanation=_with_comments(plan)), found
        except BlockedError as error:
            blocked[error.number] = error.reason
    raise BugError(f"the job {job.name} has no plan")


def _with_comments(plan: JobPlan) -> Explanation:
    """The explanation of a plan, with an advice for each comment above a step that goes."""
    advice = tuple(
        Advice(line, "the comment stays, and the step below it goes: delete the comment if it no longer fits")
        for reading in plan.readings
        if plan.tests is not None and goes_whole(plan, reading) and (line := reading.step.comment_line)
    )
    return replace(plan.explanation, advice=(*plan.explanation.advice, *advice))


def _require_workflow(text: str, name: str) -> None:
    if problem := workflow_problem(text, yaml.SafeLoader):
        raise UsageError(
            f"{name} is not a valid workflow, line {problem.line}",
            why=problem.reason,
            details=problem.excerpt,
            todo="correct the file; nothing was changed",
        )


def _require_same(document: Document, after: str, touched: dict[str, set[int]]) -> None:
    """Check that the result is a workflow whose other parts mean the same. Raises BugError."""
    problem = workflow_problem(after, yaml.SafeLoader)
    if problem or list(_rest(document.text, touched)) != list(_rest(after, touched)):
        raise BugError(
            "the adopted workflow is not what was planned",
            why=problem.reason if problem else "another part of it would change",
            todo="nothing was changed; report it with the workflow",
        )


def _rest(text: str, touched: dict[str, set[int]]) -> Iterator[object]:
    """What a workflow means, without the steps and services of the jobs that are touched."""
    # With every scalar as a string: `on` is a key, and 0000 a text.
    workflow = yaml.load(text.removeprefix("\ufeff"), yaml.BaseLoader)  # noqa: S506  (it makes only strings)
    for name, job in workflow["jobs"].items():
        if name not in touched:
            yield name, job
        else:
            yield name, {key: value for key, value in job.items() if key not in {"steps", "services"}}
    yield {key: value for key, value in workflow.items() if key != "jobs"}
