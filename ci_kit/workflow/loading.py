"""Loads the settings of a repository's workflows, with the place that each value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.problems import raise_problems
from ci_kit.workflow.action import OwnAction, own_action
from ci_kit.workflow.checks import doubtful_inputs, wrong_folders, wrong_inputs
from ci_kit.workflow.option import WorkflowOption
from ci_kit.workflow.options import WORKFLOW_OPTIONS
from ci_kit.workflow.project import Project, complete, default_action, ecosystems
from ci_kit.workflow.settings import WorkflowSettings
from ci_kit.workflow.shipped import shipped
from ci_kit.workflow.tables import WorkflowTable, workflow_tables, wrong_keys
from ci_kit.workflow.uses import Uses


@dataclass(frozen=True)
class Workflow:
    """The settings of one workflow, and the source of each by the name of its field."""

    settings: WorkflowSettings
    sources: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def load_workflows(root: Path, planned: Mapping[str, Any] | None = None) -> tuple[Workflow, ...]:
    """The workflows of the repository in ``root``. Raises one UsageError for all wrong keys and values.

    ``planned`` is as in :func:`workflow_tables`.
    """
    own = own_action(root)
    tables = workflow_tables(root, planned)
    parsed = [_parse(table, root, own) for table in tables]
    raise_problems([problem for one in parsed for problem in one.problems])
    folders = [one.values["working_directory"] for one in parsed if shipped(one.table.template).is_workflow]
    workflows = []
    problems: list[UsageError] = []
    for one in parsed:
        project = Project(root, one.table, one.values, own)
        try:
            values = complete(project, one.sources)
        except UsageError as problem:
            problems.append(problem)
            continue
        settings = WorkflowSettings(**values, ecosystems=ecosystems(root, folders))
        doubts = doubtful_inputs(settings.inputs, settings.action, one.sources["inputs"])
        workflows.append(Workflow(settings, one.sources, (*project.warnings(), *doubts)))
    raise_problems([*problems, *_repeated(workflows)])
    return tuple(workflows)


def load_workflow_settings(root: Path) -> WorkflowSettings:
    """The settings of the first workflow of the repository in ``root``. Raises UsageError."""
    return load_workflows(root)[0].settings


def workflow_action(root: Path) -> Uses:
    """The action of the first workflow of the repository in ``root``, without its other settings.

    Raises UsageError.
    """
    own, table = own_action(root), workflow_tables(root)[0]
    option = next(one for one in WORKFLOW_OPTIONS if one.name == "action")
    action = _value(option, *table.raw(option))
    return action if isinstance(action, Uses) else default_action(own, table)


@dataclass
class _Parsed:
    table: WorkflowTable
    values: dict[str, Any]
    sources: dict[str, str]
    problems: list[UsageError]


def _parse(table: WorkflowTable, root: Path, own: OwnAction | None) -> _Parsed:
    parsed = _Parsed(table, {"table": table.name}, {}, wrong_keys(table))
    for option in WORKFLOW_OPTIONS:
        raw, place = table.raw(option)
        parsed.sources[option.field] = place
        try:
            parsed.values[option.field] = _value(option, raw, place)
        except UsageError as problem:
            parsed.problems.append(problem)
    parsed.problems += wrong_folders(root, parsed.values, parsed.sources)
    parsed.problems += wrong_inputs(parsed.values, parsed.sources, table, own)
    return parsed


def _value(option: WorkflowOption, raw: object, place: str) -> object:
    try:
        return option.value_of(raw)
    except ValueError as error:
        raise UsageError(
            f"{option.name} is not valid: {raw!r}",
            why=f"{error}; it came from {place}",
            todo=f"correct the value, or remove it to use the default ({option.default_text})",
        ) from error


def _repeated(workflows: list[Workflow]) -> Iterator[UsageError]:
    """A problem for each path, and each name of a workflow, that is there twice."""
    all_settings = [one.settings for one in workflows]
    named = [settings for settings in all_settings if settings.is_workflow]
    yield from _same(all_settings, "path", "each workflow needs a file of its own")
    yield from _same(
        named, "name", "GitHub shows the name, and workflows of the same name cancel each other's runs"
    )


def _same(all_settings: list[WorkflowSettings], field: str, why: str) -> Iterator[UsageError]:
    tables: dict[str, list[str]] = {}
    for settings in all_settings:
        tables.setdefault(str(getattr(settings, field)), []).append(f"[{settings.table}]")
    for value, same in tables.items():
        if len(same) > 1:
            yield UsageError(
                f"{len(same)} workflows have the same {field}: {value!r}",
                why=f"{why}; they are {' and '.join(same)} in pyproject.toml",
                todo=f"set another {field} in one of them",
            )
