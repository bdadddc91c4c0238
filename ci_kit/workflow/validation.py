"""Checks that rendered text is a workflow, because a broken template can produce anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from ci_kit.errors import UsageError
from ci_kit.workflow.loader import LOADER

_CONTEXT = 2


def require_workflow(text: str, template: str) -> None:
    """Check that the text has ``on`` and jobs with steps. Raises UsageError, which names the line."""
    with _problems(text, template, "a workflow"):
        # Nodes rather than values: nodes have line numbers and keep repeated keys. As a value, `on`
        # would already be True, as YAML 1.1 reads it.
        document = yaml.compose(text, Loader=LOADER)
        workflow = _entries(document, "a workflow")
        _require(workflow, "on", document)
        jobs = _entries(_require(workflow, "jobs", document), "jobs")
        for name, job in jobs.items():
            keys = _entries(job, f"the job {name!r}")
            if "uses" not in keys:
                _items(_require(keys, "steps", job), f"the steps of the job {name!r}")


def require_dependabot(text: str, template: str) -> None:
    """Check that the text is a configuration of Dependabot. Raises UsageError, which names the line."""
    what = "a configuration of Dependabot"
    with _problems(text, template, what):
        document = yaml.compose(text, Loader=LOADER)
        entries = _entries(document, what)
        _require(entries, "version", document)
        _items(_require(entries, "updates", document), "updates", item="an update")


@contextmanager
def _problems(text: str, template: str, what: str) -> Iterator[None]:
    """Turn an error of YAML into a UsageError that shows the lines around it."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise UsageError(
            f"the template {template} does not produce {what}, line {line + 1}",
            why=": ".join(part for part in (error.context, error.problem) if part),
            details=_excerpt(text, line),
            todo="correct the template, or pass its values through the filter `yaml`",
        ) from error


def _entries(node: yaml.Node | None, what: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        raise _problem(node, f"{what} must be a mapping that is not empty")
    entries: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value in entries:
            raise _problem(key, f"the key {key.value!r} occurs twice")
        entries[key.value] = value
    return entries


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
