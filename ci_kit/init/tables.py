"""Which table of pyproject.toml describes the workflow of a project."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from ci_kit.init.facts import ProjectFacts
from ci_kit.init.repository import Repository
from ci_kit.settings.pyproject import read_table

RUN = ("tool", "ci-kit")
"""The path of the table with the settings of a run."""

_FIRST = (*RUN, "workflow")
_MANY = (*RUN, "workflows")
_ROOT = PurePosixPath()


def has_workflow_tables(repository: Repository) -> bool:
    return bool(_present(repository))


def with_table(repository: Repository, projects: Sequence[ProjectFacts]) -> tuple[ProjectFacts, ...]:
    """The projects that init looks at: those of the tables that are there, if any is for one of them.

    The user has then decided which projects have a workflow.
    """
    chosen = tuple(facts for facts in projects if _table_of(_present(repository), facts.folder))
    return chosen or tuple(projects)


def workflow_table(repository: Repository, facts: ProjectFacts, *, several: bool) -> tuple[str, ...]:
    """The path of the table for a project; empty if the repository has tables and none is for it.

    Without any table, it is the first one, or one for each of ``several`` projects.
    """
    present = _present(repository)
    if not present:
        return (*_MANY, _name(facts.folder)) if several and facts.folder != _ROOT else _FIRST
    if found := _table_of(present, facts.folder):
        return found
    return (
        _FIRST
        if not several and "working-directory" not in present.get(_FIRST, {"working-directory": ""})
        else ()
    )


def _present(repository: Repository) -> Mapping[tuple[str, ...], Mapping[str, Any]]:
    """The tables of workflows that are there. ``ci-kit render`` reports one that is not a table."""
    values = read_table(repository.root).values
    many = values.get("workflows", {})
    tables: dict[tuple[str, ...], Any] = {_FIRST: values.get("workflow")}
    tables |= {(*_MANY, key): own for key, own in (many if isinstance(many, dict) else {}).items()}
    return {path: own for path, own in tables.items() if isinstance(own, dict)}


def _table_of(present: Mapping[tuple[str, ...], Mapping[str, Any]], folder: PurePosixPath) -> tuple[str, ...]:
    folders = {path: PurePosixPath(str(own.get("working-directory", "."))) for path, own in present.items()}
    return next((path for path, one in folders.items() if one == folder), ())


def _name(folder: PurePosixPath) -> str:
    """The name of a project's workflow: that of its folder, in letters that the name of a file can have."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", "-".join(folder.parts)).lstrip(".-")
    # The first table has the file ci.yml.
    return name if name not in {"", "ci"} else f"{name or 'project'}-tests"
