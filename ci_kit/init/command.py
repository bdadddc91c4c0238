"""``ci-kit init``: look at a repository, decide, and write its settings and its workflows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ci_kit.adopt.adoption import adopt_text
from ci_kit.console import harmless
from ci_kit.errors import OutOfDateError, UsageError
from ci_kit.host.machine import Host
from ci_kit.init.changes import Change, write_all
from ci_kit.init.decision import Finding
from ci_kit.init.facts import find_projects
from ci_kit.init.listing import show
from ci_kit.init.plan import TABLE, ProjectPlan, plan_project, without_given
from ci_kit.init.pyproject_text import Addition, missing, with_additions
from ci_kit.init.repository import Repository, open_repository
from ci_kit.settings.pyproject import read_table, resolve_root
from ci_kit.templating import require_inside
from ci_kit.workflow.files import render_files, require_own
from ci_kit.workflow.loading import workflow_action
from ci_kit.workflow.pins import Uses
from ci_kit.workflow.rivals import jobs_with_tests


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
    action = _parse_action(request.action)
    by_hand = () if request.force or _has_tables(repository) else _files_by_hand(repository, action)
    plans = _plans(repository, start, host, action, workflow=not by_hand)
    for plan in plans:
        _show(plan, host, by_hand)
    changes = [*_settings(repository, plans)]
    changes += _adopted(repository, by_hand, action) if by_hand and request.adopt else []
    if not by_hand:
        _require_action(repository, plans)
        changes += _workflows(repository, changes, force=request.force)
    if by_hand and not request.adopt:
        _point_to_adopt(by_hand, host)
    if not repository.is_git:
        host.console.warning(
            f"{repository.root} is not in a git repository: GitHub runs a workflow only after a push"
        )
    _finish([change for change in changes if change.before != change.after], repository, host, request)


def _plans(
    repository: Repository, start: Path, host: Host, action: Uses | None, *, workflow: bool
) -> list[ProjectPlan]:
    below = PurePosixPath(start.relative_to(repository.root).as_posix())
    projects = find_projects(repository, below)
    if not projects:
        raise UsageError(
            f"there is no Python project with tests in {start}",
            why="no folder has the file of a package manager, and no file test_*.py, *_test.py or tests.py has a test",
            todo="write a first test, or give the project's folder with -C",
        )
    several = len(projects) > 1
    return [
        plan_project(repository, host, facts, several=several, action=action, workflow=workflow)
        for facts in projects
    ]


def _parse_action(text: str) -> Uses | None:
    try:
        return Uses.parse(text) if text else None
    except ValueError as error:
        raise UsageError(
            f"--action is not valid: {text!r}",
            why=str(error),
            todo='write it as "OWNER/ci-kit@SHA # version"',
        ) from error


def _has_tables(repository: Repository) -> bool:
    return bool({"workflow", "workflows"} & read_table(repository.root).values.keys())


def _files_by_hand(repository: Repository, action: Uses | None) -> tuple[Path, ...]:
    """The workflows that run the tests, and that ci-kit did not write."""
    return tuple(dict.fromkeys(path for path, _ in jobs_with_tests(repository.root)))


def _show(plan: ProjectPlan, host: Host, by_hand: Sequence[Path]) -> None:
    findings = [*plan.run.findings, *plan.workflow.findings]
    findings += [Finding("a workflow with tests", None, f"{path.name} stays, see below") for path in by_hand]
    folder = plan.facts.folder
    show("the project" if folder == PurePosixPath() else f"the project in {folder}", findings, host.console)
    for warning in dict.fromkeys([*plan.run.warnings, *plan.workflow.warnings]):
        host.console.warning(warning)


def _settings(repository: Repository, plans: Sequence[ProjectPlan]) -> list[Change]:
    """The pyproject.toml files with the keys that they do not have yet."""
    by_file: dict[str, list[Addition]] = {}
    for plan in plans:
        for file, addition in plan.additions():
            decisions = addition.decisions
            if addition.table == TABLE:
                decisions = without_given(repository, plan.facts, decisions)
            by_file.setdefault(file, []).append(Addition(addition.table, decisions))
    return [_settings_of(repository, file, additions) for file, additions in by_file.items()]


def _settings_of(repository: Repository, file: str, additions: Sequence[Addition]) -> Change:
    import tomllib

    path = repository.root / file
    require_inside(path, repository.root)
    # Reports a file that cannot be read.
    read_table(path.parent)
    before = path.read_bytes().decode("utf-8") if path.exists() else None
    absent = missing(tomllib.loads(before or ""), additions)
    after = with_additions(before or "", absent, name=str(path)) if absent else before
    return Change(path, before, after or "") if after is not None else Change(path, "", "")


def _require_action(repository: Repository, plans: Sequence[ProjectPlan]) -> None:
    if any(("action",) in plan.workflow.made for plan in plans):
        return
    try:
        workflow_action(repository.root)
    except UsageError as error:
        raise UsageError(
            error.what,
            why=error.why,
            todo='give --action "OWNER/ci-kit@SHA # version": a commit of a ci-kit repository that you trust',
        ) from error


def _workflows(repository: Repository, settings: Sequence[Change], *, force: bool) -> list[Change]:
    """The workflow files by the settings, which are not written yet. Raises UsageError."""
    import tomllib

    path = repository.root / "pyproject.toml"
    text = next((change.after for change in settings if change.path == path), "")
    document = tomllib.loads(text) if text else {}
    planned: Mapping[str, Any] = document.get("tool", {}).get("ci-kit", {})
    changes = []
    for file in render_files(repository.root, planned=planned):
        if not file.up_to_date and not force:
            require_own(file)
        changes.append(Change(file.path, file.current, file.text))
    return changes


def _adopted(repository: Repository, paths: Sequence[Path], action: Uses | None) -> list[Change]:
    changes = []
    for path in paths:
        require_inside(path, repository.root)
        text = path.read_bytes().decode("utf-8", errors="strict")
        adoption = adopt_text(text, action or workflow_action(repository.root), name=str(path))
        changes.append(Change(path, text, adoption.after))
    return changes


def _point_to_adopt(paths: Sequence[Path], host: Host) -> None:
    names = ", ".join(path.name for path in paths)
    host.console.step(
        "workflow",
        f"{names} runs the tests already, so init writes no second workflow. `ci-kit adopt` shows how ci-kit's"
        " action replaces its steps, `ci-kit init --adopt` does it, and `ci-kit init --force` writes ci.yml anyway",
    )


def _finish(changes: Sequence[Change], repository: Repository, host: Host, request: Request) -> None:
    names = ", ".join(str(change.path.relative_to(repository.root)) for change in changes)
    if not changes:
        host.console.step("init", "everything is there: nothing to change")
        return
    if request.check:
        raise OutOfDateError(
            f"`ci-kit init` would change {names}",
            details=tuple(line for change in changes for line in change.diff(repository.root).splitlines()),
            todo="run `ci-kit init` and commit the files",
        )
    if host.dry:
        for change in changes:
            print(harmless(change.diff(repository.root)), end="")
        host.console.step("init", f"{names} would be written")
        return
    write_all(changes, host)
    host.console.step("init", f"{names} {'is' if len(changes) == 1 else 'are'} written")
    host.console.step("next", "`ci-kit run` runs the tests here; then commit the files")
