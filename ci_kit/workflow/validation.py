"""Checks that rendered text is a workflow, because a broken template can produce anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import yaml

from ci_kit.errors import UsageError
from ci_kit.workflow.loader import LOADER

_CONTEXT = 2
_DEPENDABOT = "a configuration of Dependabot"


@dataclass(frozen=True)
class Problem:
    """Why a text is not a workflow: ``line`` counts from 1, ``excerpt`` has the lines around it."""

    line: int
    reason: str
    excerpt: tuple[str, ...]


def require_workflow(text: str, template: str) -> None:
    """Check that a template's text is a workflow. Raises UsageError, which names the line."""
    _require_none(workflow_problem(text), template, "a workflow")


def require_dependabot(text: str, template: str) -> None:
    """Check that a template's text configures Dependabot. Raises UsageError, which names the line."""
    _require_none(_problem_of(text, LOADER, _check_dependabot), template, _DEPENDABOT)


def _require_none(problem: Problem | None, template: str, what: str) -> None:
    if problem:
        raise UsageError(
            f"the template {template} does not produce {what}, line {problem.line}",
            why=problem.reason,
            details=problem.excerpt,
            todo="correct the template, or pass its values through the filter `yaml`",
        )


def workflow_problem(text: str, loader: type[yaml.SafeLoader | yaml.CSafeLoader] = LOADER) -> Problem | None:
    """What is wrong with a text that should have ``on`` and jobs with steps; None if nothing is."""
    return _problem_of(text, loader, _check_workflow)


def _check_workflow(document: yaml.Node | None) -> None:
    workflow = _entries(document, "a workflow")
    _require(workflow, "on", document)
    jobs = _require(workflow, "jobs", document)
    for name, job in _entries(jobs, "jobs").items():
        keys = _entries(job, f"the job {name!r}")
        if "uses" not in keys:
            key = next(key for key, _ in jobs.value if key.value == name)
            _items(_require(keys, "steps", key), f"the steps of the job {name!r}")
        for mapping in ("env", "services"):
            if isinstance(found := keys.get(mapping), yaml.MappingNode):
                _unique(found)


def _check_dependabot(document: yaml.Node | None) -> None:
    entries = _entries(document, _DEPENDABOT)
    _require(entries, "version", document)
    _items(_require(entries, "updates", document), "updates", item="an update")


def _problem_of(
    text: str,
    loader: type[yaml.SafeLoader | yaml.CSafeLoader],
    check: Callable[[yaml.Node | None], None],
) -> Problem | None:
    """What YAML or a check finds wrong with a text; None if nothing is."""
    try:
        # Nodes rather than values: nodes have line numbers and keep repeated keys. As a value, `on`
        # would already be True, as YAML 1.1 reads it.
        check(yaml.compose(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        line = _line(error, text)
        reason = ": ".join(part for part in (error.context, error.problem) if part)
        return Problem(line + 1, reason, _excerpt(text, line))
    except yaml.YAMLError as error:
        # A character that YAML forbids: its error has a position only.
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position if isinstance(position, int) else 0)
        return Problem(line + 1, str(error).splitlines()[0], _excerpt(text, line))
    return None


def _line(error: yaml.MarkedYAMLError, text: str) -> int:
    """The line of an error, from 0. What is not closed is an error at the end: its beginning tells more."""
    marks = [mark.line for mark in (error.problem_mark, error.context_mark) if mark]
    is_at_end = marks and marks[0] >= len(text.splitlines())
    return marks[-1 if is_at_end else 0] if marks else 0


def _entries(node: yaml.Node | None, what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise _problem(node, f"{what} must be a mapping that is not empty")
    _unique(node)
    return {key.value: value for key, value in node.value}


def _unique(node: yaml.MappingNode) -> None:
    names: set[str] = set()
    for key, _ in node.value:
        if key.value in names:
            raise _problem(key, f"the key {key.value!r} occurs twice")
        names.add(key.value)


def _items(node: yaml.Node, what: str, *, item: str = "a step") -> None:
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        raise _problem(node, f"{what} must be a list that is not empty")
    for step in node.value:
        _entries(step, item)


def _require(entries: dict[str, yaml.Node], key: str, parent: yaml.Node | None) -> yaml.Node:
    if key not in entries:
        raise _problem(parent, f"{key!r} is missing")
    return entries[key]


def _problem(node: yaml.Node | None, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark if node else None)


def _excerpt(text: str, line: int) -> tuple[str, ...]:
    lines = text.splitlines()
    first = max(0, line - _CONTEXT)
    return tuple(
        f"{number + 1:4} {lines[number]}" for number in range(first, min(line + _CONTEXT + 1, len(lines)))
    )
