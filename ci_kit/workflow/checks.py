"""Checks of workflow settings that need the repository, or another setting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.options import OPTIONS
from ci_kit.workflow.action import OwnAction
from ci_kit.workflow.tables import WorkflowTable
from ci_kit.workflow.uses import Uses

OWN_ACTION = Uses("./")
_SET_BY_TEMPLATE: Mapping[str, Mapping[str, str]] = {
    "service-container": dict.fromkeys(("mysql", "mysql-host", "mysql-port", "mysql-version"), "server"),
    "matrix": {"mysql-version": "servers"},
    "nightly": {"mysql-version": "servers"},
}
"""Inputs that a template sets itself, with the setting that decides them."""

INPUTS = (
    *("command", "documents", "min-runs", "working-directory"),
    *(option.name for option in OPTIONS),
    "token",
)
"""The inputs of ci-kit's action, in this version."""


def wrong_folders(root: Path, values: Mapping[str, Any], sources: Mapping[str, str]) -> Iterator[UsageError]:
    """A problem for each folder that is not one of the repository."""
    for key in ("working-directory", "templates"):
        field = key.replace("-", "_")
        path = values.get(field)
        folder = root / (path or "")
        if not folder.is_dir() or not folder.resolve().is_relative_to(root.resolve()):
            yield UsageError(
                f"{key} is not a folder of the repository: {path}",
                why=f"it came from {sources[field]}",
                todo=f"name a folder below {root}",
            )


def wrong_inputs(
    values: Mapping[str, Any], sources: Mapping[str, str], table: WorkflowTable, own: OwnAction | None
) -> Iterator[UsageError]:
    """A problem for each input that another setting decides, or that the action does not have."""
    inputs, action = values.get("inputs", {}), values.get("action")
    why = f"it came from {sources['inputs']}"
    if "working-directory" in inputs:
        yield UsageError(
            "working-directory is among the inputs",
            why=why,
            todo=f"set it in [{table.name}] itself, as working-directory",
        )
    for name, setting in _SET_BY_TEMPLATE.get(table.template, {}).items():
        # The template leaves out an input that the first table gives to every workflow.
        if name in inputs and "inputs" in table.own and (setting in table.own or setting == "server"):
            yield UsageError(
                f"{name} is among the inputs",
                why=f"the template {table.template!r} sets it by the setting {setting}; {why}",
                todo=f"remove the input, and set {setting} in [{table.name}]",
            )
    if own and (action == OWN_ACTION or (action is None and own.is_ci_kit)):
        for name in inputs:
            if name not in (*own.inputs, "working-directory"):
                todo = did_you_mean(name, own.inputs) or f"the inputs are {', '.join(own.inputs)}"
                yield UsageError(f"action.yml does not have the input {name!r}", why=why, todo=todo)


def doubtful_inputs(inputs: Iterable[str], action: Uses, place: str) -> Iterator[str]:
    """A warning for each input that this version of ci-kit's action does not have.

    The action of another repository may be of another version, so it is not an error.
    """
    if action.local or "ci-kit" not in action.repository.partition("/")[2]:
        return
    for name in inputs:
        if name not in INPUTS:
            near = did_you_mean(name, INPUTS)
            yield f"ci-kit's action does not have the input {name!r}, from {place}" + (
                f"; {near}" if near else ""
            )
