"""What ``[tool.ci-kit.workflow]`` in the project's pyproject.toml asks the workflow to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.loading import TABLE as PARENT_TABLE
from ci_kit.settings.loading import did_you_mean, read_table
from ci_kit.workflow.action import OwnAction, own_action
from ci_kit.workflow.install import install_script
from ci_kit.workflow.pins import Uses

TABLE = f"{PARENT_TABLE}.workflow"
_REPOSITORY = PurePosixPath()
_FOLDER = PurePosixPath(".github/workflows")
_LONGEST_JOB = 35 * 24 * 60  # minutes that GitHub lets a workflow run
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INPUT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class WorkflowSettings:
    """The settings of a project's workflow; docs/render.md says what each means."""

    install: str
    action: Uses
    name: str = "CI"
    path: PurePosixPath = _FOLDER / "ci.yml"
    branches: tuple[str, ...] = ("main",)
    python_versions: tuple[str, ...] = ("3.13",)
    runs_on: str = "ubuntu-24.04"
    timeout_minutes: int = 15
    working_directory: PurePosixPath = _REPOSITORY
    inputs: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    act: bool = False
    templates: PurePosixPath | None = None

    @property
    def matrix(self) -> bool:
        """Whether there is a job for each of several Pythons."""
        return len(self.python_versions) > 1

    @property
    def folder(self) -> str:
        """The project's folder, empty where that is the repository's own."""
        return "" if self.working_directory == _REPOSITORY else str(self.working_directory)


def load_workflow_settings(root: Path) -> WorkflowSettings:
    """The workflow settings of the repository in ``root``. Raises UsageError, which names the setting."""
    if not root.is_dir():
        raise UsageError(f"no such folder: {root}", todo="give the repository's folder with -C")
    table = read_table(root).get("workflow", {})
    if not isinstance(table, dict):
        raise UsageError(
            f"[{TABLE}] in {root / 'pyproject.toml'} is not a table", todo=f"write it as [{TABLE}]"
        )
    values: dict[str, Any] = {key: _parsed(key, raw) for key, raw in table.items()}
    for key in ("working-directory", "templates"):
        if key in values:
            _require_folder(root, key, values[key])
    if "install" not in values:
        values["install"] = install_script(root / values.get("working-directory", ""))
    own = own_action(root)
    if "action" not in values:
        values["action"] = _default_action(own)
    settings = WorkflowSettings(**{key.replace("-", "_"): value for key, value in values.items()})
    _require_known_inputs(settings, own)
    return settings


def _text(value: object) -> str:
    match value:
        case str() if value.strip():
            return value
        case float():
            raise ValueError("a text is wanted: put it in quotes, for the number 3.10 is 3.1")
        case _:
            raise ValueError("a text is wanted")


def _literal(value: object) -> str:
    text = _text(value)
    if "${{" in text:
        raise ValueError(
            "GitHub does not evaluate expressions here; only env, inputs, runs-on and install take them"
        )
    return text


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("a list of texts is wanted")
    texts = tuple(_literal(item) for item in value)
    if twice := [text for text in texts if texts.count(text) > 1]:
        raise ValueError(f"{twice[0]!r} is in it twice")
    return texts


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted, without quotes")
    return value


def _minutes(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LONGEST_JOB:
        raise ValueError(f"a whole number from 1 to {_LONGEST_JOB} is wanted")
    return value


def _inside(value: object) -> PurePosixPath:
    path = PurePosixPath(_literal(value))
    if path.is_absolute() or ".." in path.parts or "\\" in str(path):
        raise ValueError("a path inside the repository is wanted, with / between its parts")
    return path


def _workflow_path(value: object) -> PurePosixPath:
    path = _inside(value)
    if path.parent != _FOLDER or path.suffix not in (".yml", ".yaml"):
        raise ValueError(f"GitHub reads workflows from {_FOLDER}/*.yml only")
    return path


def _script(value: object) -> str:
    """One text as it is, or a list of commands, a line each."""
    if isinstance(value, list) and value:
        return "".join(f"{_text(command)}\n" for command in value)
    try:
        return _text(value)
    except ValueError:
        raise ValueError("a text or a list of shell commands is wanted") from None


def _uses(value: object) -> Uses:
    return Uses.parse(_text(value))


def _values(names: re.Pattern[str]) -> Callable[[object], Mapping[str, str]]:
    """A table from names to texts; numbers and truth values become what a workflow would make of them."""

    def parse(table: object) -> Mapping[str, str]:
        if not isinstance(table, dict):
            raise ValueError("a table is wanted")
        if wrong := [name for name in table if not names.fullmatch(name)]:
            raise ValueError(f"{wrong[0]!r} is not a name for one")
        return {name: _value(name, value) for name, value in table.items()}

    return parse


def _value(name: str, value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case "":
            return ""
    try:
        return _text(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


_PARSERS: Mapping[str, Callable[[object], object]] = {
    "name": _literal,
    "path": _workflow_path,
    "branches": _texts,
    "python-versions": _texts,
    "runs-on": _text,
    "timeout-minutes": _minutes,
    "working-directory": _inside,
    "install": _script,
    "action": _uses,
    "inputs": _values(_INPUT),
    "env": _values(_VARIABLE),
    "act": _flag,
    "templates": _inside,
}


def _parsed(key: str, raw: object) -> object:
    if key not in _PARSERS:
        raise UsageError(
            f"unknown setting {key!r}",
            why=f"in [{TABLE}] of pyproject.toml",
            todo=did_you_mean(key, _PARSERS) or f"the settings are {', '.join(_PARSERS)}",
        )
    try:
        return _PARSERS[key](raw)
    except ValueError as error:
        raise _wrong(key, f"{key} is not usable: {raw!r}", str(error)) from error


def _wrong(key: str, what: str, wanted: str) -> UsageError:
    return UsageError(what, why=f"it came from [{TABLE}] {key} in pyproject.toml", todo=wanted)


def _require_folder(root: Path, key: str, path: PurePosixPath) -> None:
    folder = (root / path).resolve()
    if not folder.is_dir() or not folder.is_relative_to(root.resolve()):
        raise _wrong(key, f"{key} is not a folder of the repository: {path}", f"name a folder below {root}")


def _default_action(own: OwnAction | None) -> Uses:
    if own and own.is_ci_kit:
        return Uses("./")
    raise UsageError(
        "which action the workflow uses is not set",
        why=f"[{TABLE}] in pyproject.toml has no action, and ci-kit has no release yet to take by default",
        todo='set action = "OWNER/ci-kit@SHA" there, the commit of a ci-kit repository that you trust',
    )


def _require_known_inputs(settings: WorkflowSettings, own: OwnAction | None) -> None:
    if "working-directory" in settings.inputs:
        raise _wrong("inputs", "working-directory is among the inputs", "set it as a key of its own")
    if not own or settings.action != Uses("./"):
        return
    for name in settings.inputs:
        if name not in own.inputs:
            todo = did_you_mean(name, own.inputs) or f"the inputs are {', '.join(own.inputs)}"
            raise _wrong("inputs", f"action.yml has no input {name!r}", todo)
