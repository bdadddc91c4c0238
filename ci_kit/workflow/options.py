"""The settings of a project's workflow: one table for pyproject.toml and for docs/render.md."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ci_kit.settings.parsers import flag, integer, quoted_text
from ci_kit.workflow.pins import Uses

_FOLDER = PurePosixPath(".github/workflows")
_LONGEST_JOB = 35 * 24 * 60
"""Minutes; GitHub ends a workflow run after 35 days ("Actions limits" in its documentation)."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INPUT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class WorkflowOption:
    """One setting. ``name`` is its key in pyproject.toml.

    ``default`` is a value as pyproject.toml would have it; None if there is nothing to parse, and then
    ``shown_default`` describes it. ``parse`` raises ValueError, whose message names what was expected.
    """

    name: str
    default: object
    help: str
    parse: Callable[[object], object]
    shown_default: str = ""

    @property
    def field(self) -> str:
        """The option's attribute of :class:`~ci_kit.workflow.settings.WorkflowSettings`."""
        return self.name.replace("-", "_")

    @property
    def default_text(self) -> str:
        """The default as documents and messages show it."""
        return self.shown_default or f"`{json.dumps(self.default)}`"

    def value_of(self, raw: object) -> object:
        """A value from pyproject.toml, or the default, parsed. Raises ValueError."""
        return None if raw is None else self.parse(raw)


def _literal(value: object) -> str:
    """A string that the generated file contains as it is."""
    string = quoted_text(value)
    if "${{" in string:
        raise ValueError(
            "GitHub does not evaluate expressions here; only env, inputs, runs-on and install accept them"
        )
    return string


def _literals(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("expected a list of strings")
    strings = tuple(_literal(item) for item in value)
    if repeated := [string for string in strings if strings.count(string) > 1]:
        raise ValueError(f"the list contains {repeated[0]!r} twice")
    return strings


def _path(value: object) -> PurePosixPath:
    path = PurePosixPath(_literal(value))
    if path.is_absolute() or ".." in path.parts or "\\" in str(path):
        raise ValueError("expected a path inside the repository, with / between its parts")
    return path


def _workflow_path(value: object) -> PurePosixPath:
    path = _path(value)
    if path.parent != _FOLDER or path.suffix not in (".yml", ".yaml"):
        raise ValueError(f"GitHub reads workflows from {_FOLDER}/*.yml only")
    return path


def _template_name(value: object) -> str:
    name = quoted_text(value)
    if not _INPUT.fullmatch(name):
        raise ValueError("expected the name of a template: letters, digits, - and _")
    return name


def _script(value: object) -> str:
    """One string as it is, or a list of commands, which get a line each."""
    if isinstance(value, list) and value:
        return "".join(f"{quoted_text(command)}\n" for command in value)
    try:
        return quoted_text(value)
    except ValueError:
        raise ValueError("expected a string or a list of shell commands") from None


def _uses(value: object) -> Uses:
    return Uses.parse(quoted_text(value))


def _table(names: re.Pattern[str]) -> Callable[[object], Mapping[str, str]]:
    """A table of strings; a number or a boolean becomes the string that a workflow makes of it."""

    def parse(table: object) -> Mapping[str, str]:
        if not isinstance(table, dict):
            raise ValueError("expected a table")
        if wrong := [name for name in table if not names.fullmatch(name)]:
            raise ValueError(f"{wrong[0]!r} is not a valid name")
        return {name: _table_value(name, value) for name, value in table.items()}

    return parse


def _table_value(name: str, value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case "":
            return ""
    try:
        return quoted_text(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


WORKFLOW_OPTIONS: tuple[WorkflowOption, ...] = (
    WorkflowOption("name", "CI", "Name of the workflow.", _literal),
    WorkflowOption(
        "path",
        f"{_FOLDER}/ci.yml",
        "Path of the workflow file. GitHub reads workflows from no other folder.",
        _workflow_path,
    ),
    WorkflowOption(
        "branches",
        ["main"],
        "Branches on which a push starts the tests. Pull requests and manual starts always do.",
        _literals,
    ),
    WorkflowOption(
        "python-versions",
        ["3.13"],
        "Python versions, in quotes: `3.10` without them is the number 3.1. Several make a matrix.",
        _literals,
    ),
    WorkflowOption("runs-on", "ubuntu-24.04", "Label of the runner, or an expression.", quoted_text),
    WorkflowOption(
        "timeout-minutes",
        15,
        "Minutes after which GitHub cancels the job.",
        integer(1, _LONGEST_JOB),
    ),
    WorkflowOption(
        "working-directory",
        ".",
        "Folder of the project, if it is not the repository's root.",
        _path,
    ),
    WorkflowOption(
        "install",
        None,
        "Shell commands that install the project: a list, or one string. bash stops at the first that fails.",
        _script,
        shown_default="found, see below",
    ),
    WorkflowOption(
        "action",
        None,
        'Action that runs the tests: `"OWNER/ci-kit@SHA # version"`. Required in other repositories until'
        " ci-kit has a release.",
        _uses,
        shown_default='`"./"` in ci-kit\'s own repository',
    ),
    WorkflowOption(
        "inputs",
        {},
        "Inputs of the action, except `working-directory`.",
        _table(_INPUT),
    ),
    WorkflowOption("env", {}, "Environment variables of the job.", _table(_VARIABLE)),
    WorkflowOption(
        "history",
        False,
        "Keep the history of the runs in GitHub's cache. Pull requests read that of their base branch.",
        flag,
    ),
    WorkflowOption(
        "act",
        False,
        "Make `act` skip `actions/setup-python` and `actions/cache`, and use the machine's own Python.",
        flag,
    ),
    WorkflowOption(
        "template",
        "ci",
        "Name of the template: the file `NAME.yml.jinja` in your own folder, or one of ci-kit's.",
        _template_name,
    ),
    WorkflowOption("templates", None, "Folder of your own templates.", _path, shown_default="none"),
)
