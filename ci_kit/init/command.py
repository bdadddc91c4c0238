"""``ci-kit init``: look at a repository, decide, and write its settings and its workflows."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ci_kit.console import harmless
from ci_kit.errors import OutOfDateError, UsageError
from ci_kit.host.machine import Host
from ci_kit.init.by_hand import adoptions, files_by_hand, point_to_adopt, required_action
from ci_kit.init.changes import Change, write_all
from ci_kit.init.facts import find_projects
from ci_kit.init.listing import show
from ci_kit.init.plan import ProjectPlan, plan_project, without_given
from ci_kit.init.pyproject_text import Addition, missing, with_additions
from ci_kit.init.repository import Repository, open_repository
from ci_kit.init.tables import RUN, has_workflow_tables, with_table
from ci_kit.settings.pyproject import read_table, resolve_root
from ci_kit.templating import require_inside
from ci_kit.workflow.action import typed_action
from ci_kit.workflow.files import render_files, require_own
from ci_kit.workflow.uses import Uses


@dataclass(frozen=True)
class Request:
    """What the user asks for. ``action`` is as it is typed; empty if it is not."""

    action: str = ""
    check: bool = False
    force: bool = False
    adopt: bool = False


def init(root: Path, host: Host, request: Request) -> None:
    """Write the settings and the workflows of the repository around ``root``.

    Raises UsageError if the repository has no project or needs a decision, OutOfDateError for ``check`` if
    something is missing, and UnavailableError if a file cannot be written.
    """
    start = resolve_root(root)
    repository = open_repository(start, host)
    action = typed_action(request.action) if request.action else None
    by_hand = () if request.force or has_workflow_tables(repository) else files_by_hand(repository)
    plans = _plans(repository, start, host, action, workflow=not by_hand)
    for plan in plans:
        _show(plan, host)
    changes = _settings(repository, plans)
    if not by_hand:
        if not any(("action",) in plan.workflow.made for plan in plans):
            required_action(repository)
        changes += _workflows(repository, changes, force=request.force)
    elif request.adopt:
        changes += adoptions(repository, by_hand, action)
    else:
        point_to_adopt(repository, by_hand, host)
    if not repository.is_git:
        host.console.warning(
            f"{repository.root} is not a git repository, and GitHub runs only what is pushed"
        )
    _finish([one for one in changes if one.before != one.after], repository, host, request)


def _plans(
    repository: Repository, start: Path, host: Host, action: Uses | None, *, workflow: bool
) -> list[ProjectPlan]:
    below = PurePosixPath(start.relative_to(repository.root).as_posix())
    projects = find_projects(repository, below)
    if not projects:
        raise UsageError(
            f"there is no Python project in {start}",
            why="it has neither a file of a package manager nor tests in files such as test_shop.py",
            todo="write a first test, or give the project's folder with -C",
        )
    projects = with_table(repository, projects)
    several = len(projects) > 1
    return [
        plan_project(repository, host, facts, several=several, action=action, workflow=workflow)
        for facts in projects
    ]


def _show(plan: ProjectPlan, host: Host) -> None:
    folder = plan.facts.folder
    title = "the project" if folder == PurePosixPath() else f"the project in {folder}"
    show(title, [*plan.workflow.findings, *plan.run.findings], host.console)
    for warning in dict.fromkeys([*plan.run.warnings, *plan.workflow.warnings]):
        host.console.warning(warning)


def _settings(repository: Repository, plans: Sequence[ProjectPlan]) -> list[Change]:
    """The pyproject.toml files with the keys that they do not have yet."""
    by_file: dict[str, list[Addition]] = {}
    for plan in plans:
        for file, addition in plan.additions():
            decisions = addition.decisions
            if addition.table == RUN:
                decisions = without_given(repository, plan.facts, decisions)
            by_file.setdefault(file, []).append(Addition(addition.table, decisions))
    changes = (_settings_of(repository, file, additions) for file, additions in by_file.items())
    return [change for change in changes if change]


def _settings_of(repository: Repository, file: str, additions: Sequence[Addition]) -> Change | None:
    path = repository.root / file
    require_inside(path, repository.root)
    # Raises UsageError if the file cannot be read.
    read_table(path.parent)
    before = path.read_bytes().decode("utf-8") if path.exists() else None
    absent = missing(tomllib.loads(before or ""), additions)
    return Change(path, before, with_additions(before or "", absent, name=str(path))) if absent else None


def _workflows(repository: Repository, settings: Sequence[Change], *, force: bool) -> list[Change]:
    """The workflow files by the settings, which may not be written yet. Raises UsageError."""
    path = repository.root / "pyproject.toml"
    planned = next((_table_of(change.after) for change in settings if change.path == path), None)
    files = render_files(repository.root, planned=planned)
    for file in files:
        if not file.up_to_date and not force:
            require_own(file)
    return [Change(file.path, file.current, file.text) for file in files]


def _table_of(text: str) -> Mapping[str, Any]:
    table: Mapping[str, Any] = tomllib.loads(text).get("tool", {}).get("ci-kit", {})
    return table


def _finish(changes: Sequence[Change], repository: Repository, host: Host, request: Request) -> None:
    """Write the changes, or show them in a dry run. Raises OutOfDateError for ``check``."""
    names = ", ".join(str(change.path.relative_to(repository.root)) for change in changes)
    diffs = "".join(change.diff(repository.root) for change in changes)
    if not changes:
        host.console.step("init", "everything is there: nothing to change")
    elif request.check:
        raise OutOfDateError(
            f"`ci-kit init` would change {names}",
            details=tuple(diffs.splitlines()),
            todo="run `ci-kit init` and commit the files",
        )
    elif host.dry:
        print(harmless(diffs), end="")
        host.console.step("init", f"{names} would be written")
    else:
        write_all(changes, host)
        host.console.step("init", f"{names} {'is' if len(changes) == 1 else 'are'} written")
        host.console.step("next", "run `ci-kit run`, then commit the files")
