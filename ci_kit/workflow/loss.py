"""What a workflow file loses if ci-kit replaces it: jobs, steps and environment variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

_LONGEST = 60


def lost(current: str, new: str) -> tuple[str, ...]:
    """A line for each job, step and variable of the ``current`` text that the ``new`` text does not have."""
    try:
        before, after = (_workflow(text) for text in (current, new))
    except yaml.YAMLError:
        return ("everything in it: it is not valid YAML",)
    lines = [f"the trigger {name!r}" for name in _missing(_triggers(before), _triggers(after))]
    lines += _lost_variables(before, after, "the workflow")
    old_jobs, new_jobs = _mapping(before.get("jobs")), _mapping(after.get("jobs"))
    for name, job in old_jobs.items():
        if name not in new_jobs:
            lines.append(f"the job {name!r} with {_count(_steps(job))}")
            continue
        known = [_label(step) for step in _steps(new_jobs[name])]
        lines += [
            f"the step {label!r} of the job {name!r}"
            for step in _steps(job)
            if (label := _label(step)) not in known
        ]
        lines += _lost_variables(job, new_jobs[name], f"the job {name!r}")
    return tuple(lines)


def _lost_variables(before: object, after: object, place: str) -> list[str]:
    return [f"the variable {name} of {place}" for name in _missing(_variables(before), _variables(after))]


def _missing(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in before if name not in after)


def _workflow(text: str) -> Mapping[str, Any]:
    # Every scalar as its text: as YAML 1.1 reads it, the key `on` is True.
    return _mapping(yaml.load(text, yaml.BaseLoader))  # noqa: S506  (a safe loader)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _triggers(workflow: Mapping[str, Any]) -> Mapping[str, Any]:
    on = workflow.get("on")
    if isinstance(on, list):
        return dict.fromkeys(map(str, on))
    return {on: None} if isinstance(on, str) and on else _mapping(on)


def _variables(job: object) -> Mapping[str, Any]:
    """The variables of a job with those of its steps."""
    own = dict(_mapping(_mapping(job).get("env")))
    for step in _steps(job):
        own |= _mapping(_mapping(step).get("env"))
    return own


def _steps(job: object) -> list[object]:
    steps = _mapping(job).get("steps")
    return steps if isinstance(steps, list) else []


def _label(step: object) -> str:
    """What a person calls a step: its name, its action without the version, or the start of its script."""
    keys = _mapping(step)
    if name := keys.get("name"):
        return str(name)
    if action := keys.get("uses"):
        return str(action).partition("@")[0]
    line = next(iter(str(keys.get("run", "")).strip().splitlines()), "")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _count(steps: list[object]) -> str:
    return f"{len(steps)} {'step' if len(steps) == 1 else 'steps'}"
