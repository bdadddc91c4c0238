"""The settings of a project's workflow, from ``[tool.ci-kit.workflow]`` in its pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.problems import raise_problems
from ci_kit.settings.pyproject import TABLE as PARENT_TABLE
from ci_kit.settings.pyproject import read_table, resolve_root
from ci_kit.workflow.action import OwnAction, own_action
from ci_kit.workflow.history import history_path
from ci_kit.workflow.install import install_script
from ci_kit.workflow.options import WORKFLOW_OPTIONS, WorkflowOption
from ci_kit.workflow.pins import Uses

TABLE = f"{PARENT_TABLE}.workflow"
TEMPLATE_SUFFIX = ".yml.jinja"
_REPOSITORY = PurePosixPath()
_OWN_ACTION = Uses("./")
_KEYS = tuple(option.name for option in WORKFLOW_OPTIONS)


@dataclass(frozen=True)
class WorkflowSettings:
    """The settings of a project's workflow; docs/render.md explains each.

    ``history`` is the folder of the history, relative to the repository. It is empty if the workflow does not
    keep the history.
    """

    name: str
    path: PurePosixPath
    branches: tuple[str, ...]
    python_versions: tuple[str, ...]
    runs_on: str
    timeout_minutes: int
    working_directory: PurePosixPath
    install: str
    action: Uses
    inputs: Mapping[str, str]
    env: Mapping[str, str]
    history: str
    act: bool
    template: str
    templates: PurePosixPath | None

    @property
    def template_file(self) -> str:
        """The name of the template's file."""
        return f"{self.template}{TEMPLATE_SUFFIX}"

    @property
    def matrix(self) -> bool:
        """Whether several Python versions get a job each."""
        return len(self.python_versions) > 1

    @property
    def folder(self) -> str:
        """The project's folder; empty if it is the repository's root."""
        return "" if self.working_directory == _REPOSITORY else str(self.working_directory)


def load_workflow_settings(root: Path) -> WorkflowSettings:
    """The workflow settings of the repository in ``root``.

    Raises one UsageError for all wrong keys and values.
    """
    table = _read_workflow_table(root)
    problems = [_unknown_key(key) for key in table if key not in _KEYS]
    values: dict[str, Any] = {}
    for option in WORKFLOW_OPTIONS:
        try:
            values[option.field] = _parse(option, table.get(option.name, option.default))
        except UsageError as problem:
            problems.append(problem)
    own = own_action(root)
    problems += [*_wrong_folders(root, values), *_wrong_inputs(values, own)]
    raise_problems(problems)
    values["install"] = values["install"] or install_script(root / values["working_directory"])
    values["action"] = values["action"] or _default_action(own)
    keeps = values["history"]
    values["history"] = history_path(root, values["working_directory"], values["inputs"]) if keeps else ""
    return WorkflowSettings(**values)


def workflow_action(root: Path) -> Uses:
    """The action of the repository in ``root``, without its other settings. Raises UsageError."""
    option = next(one for one in WORKFLOW_OPTIONS if one.name == "action")
    action = _parse(option, _read_workflow_table(root).get(option.name))
    return action if isinstance(action, Uses) else _default_action(own_action(root))


def _read_workflow_table(root: Path) -> Mapping[str, Any]:
    table = read_table(resolve_root(root)).values.get("workflow", {})
    if not isinstance(table, dict):
        raise UsageError(
            f"[{TABLE}] in {root / 'pyproject.toml'} is not a table", todo=f"write it as a [{TABLE}] section"
        )
    return table


def _unknown_key(key: str) -> UsageError:
    return UsageError(
        f"unknown setting {key!r}",
        why=f"it is in [{TABLE}] of pyproject.toml",
        todo=did_you_mean(key, _KEYS) or f"the settings are {', '.join(_KEYS)}",
    )


def _parse(option: WorkflowOption, raw: object) -> object:
    try:
        return option.value_of(raw)
    except ValueError as error:
        raise UsageError(
            f"{option.name} is not valid: {raw!r}",
            why=f"{error}; it came from {_place(option.name)}",
            todo=f"correct the value, or remove it to use the default ({option.default_text})",
        ) from error


def _place(key: str) -> str:
    return f"[{TABLE}] {key} in pyproject.toml"


def _wrong_folders(root: Path, values: Mapping[str, Any]) -> Iterator[UsageError]:
    for key in ("working-directory", "templates"):
        path = values.get(key.replace("-", "_"))
        folder = root / (path or "")
        if not folder.is_dir() or not folder.resolve().is_relative_to(root.resolve()):
            yield UsageError(
                f"{key} is not a folder of the repository: {path}",
                why=f"it came from {_place(key)}",
                todo=f"name a folder below {root}",
            )


def _wrong_inputs(values: Mapping[str, Any], own: OwnAction | None) -> Iterator[UsageError]:
    inputs, action = values.get("inputs", {}), values.get("action", None)
    why = f"it came from {_place('inputs')}"
    if "working-directory" in inputs:
        yield UsageError(
            "working-directory is among the inputs",
            why=why,
            todo=f"set it in [{TABLE}] itself, as working-directory",
        )
    if own and (action == _OWN_ACTION or (action is None and own.is_ci_kit)):
        for name in inputs:
            if name not in (*own.inputs, "working-directory"):
                todo = did_you_mean(name, own.inputs) or f"the inputs are {', '.join(own.inputs)}"
                yield UsageError(f"action.yml does not have the input {name!r}", why=why, todo=todo)


def _default_action(own: OwnAction | None) -> Uses:
    if own and own.is_ci_kit:
        return _OWN_ACTION
    raise UsageError(
        "the action that the workflow uses is not set",
        why=f"[{TABLE}] in pyproject.toml does not set action, and ci-kit has no release to use by default",
        todo='set action = "OWNER/ci-kit@SHA": a commit of a ci-kit repository that you trust',
    )
