"""The values that follow from the project's files, where the settings leave them to ci-kit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.managers.table import locks, managers_of
from ci_kit.settings.server_version import wanted_version
from ci_kit.workflow import linters
from ci_kit.workflow.action import OwnAction
from ci_kit.workflow.cached import cached_packages
from ci_kit.workflow.checks import OWN_ACTION
from ci_kit.workflow.install import install_script
from ci_kit.workflow.linters import LinterStep
from ci_kit.workflow.options import options_of
from ci_kit.workflow.pins import Uses
from ci_kit.workflow.tables import TABLE, WorkflowTable
from ci_kit.workflow.versions import python_versions, server_versions

_ECOSYSTEMS: Mapping[str, str] = {"uv": "uv"}
"""Dependabot's ecosystem of a package manager, where it is not ``pip``."""


def complete(
    values: dict[str, Any], sources: dict[str, str], table: WorkflowTable, root: Path, own: OwnAction | None
) -> tuple[str, ...]:
    """Fill in what the settings do not state, and give the warnings about it.

    Raises UsageError if the project's files do not tell it.
    """
    warnings: tuple[str, ...] = ()
    used = {option.name for option in options_of(table.template)}
    working_directory: PurePosixPath = values["working_directory"]
    folder = root / working_directory
    values["cached"] = cached_packages(root, working_directory)
    if values["python_versions"] is None:
        found = python_versions(folder)
        values["python_versions"], sources["python_versions"] = found.value, found.place
    _complete_servers(values, sources, root, folder)
    if "linters" not in used:
        values["linters"] = ()
    else:
        if values["linters"] is None:
            warnings = _warnings(folder, values["path"])
        values["linters"] = _linter_steps(values, sources, folder)
    if values["paths"] is None:
        values["paths"] = _paths(values, root)
    if values["install"] is None:
        values["install"] = install_script(folder, table.name) if "install" in used else ""
        sources["install"] = "the project's files"
    if values["action"] is None:
        values["action"] = _default_action(own, table.name) if "action" in used else OWN_ACTION
        sources["action"] = "the action of this repository"
    return warnings


def ecosystems(root: Path, folders: Iterable[PurePosixPath]) -> Mapping[str, tuple[str, ...]]:
    """Dependabot's ecosystems of the projects in ``folders``, each with their paths from the root."""
    found: dict[str, tuple[str, ...]] = {}
    for folder in dict.fromkeys(folders) or (PurePosixPath(),):
        managers = managers_of(root / folder)
        if managers:
            name = _ECOSYSTEMS.get(managers[0].name, "pip")
            found[name] = (*found.get(name, ()), str(PurePosixPath("/") / folder))
    return found


def _complete_servers(values: dict[str, Any], sources: dict[str, str], root: Path, folder: Path) -> None:
    found = server_versions(root, folder)
    if values["servers"] is None:
        # An input of the project decides the version for every job.
        given = "mysql-version" in values["inputs"]
        values["servers"] = () if given else found.value
        sources["servers"] = sources["inputs"] if given else found.place
    if values["server"] is None:
        values["server"], sources["server"] = wanted_version(found.value[0]), found.place


def _linter_steps(values: Mapping[str, Any], sources: dict[str, str], folder: Path) -> tuple[LinterStep, ...]:
    manager = next(iter(managers_of(folder)), None)
    environment = manager.in_environment(folder) if manager else ""
    # A script of the project's own may install into another Python than the one of .venv.
    if (
        environment
        and environment.startswith(".venv")
        and values["install"]
        and ".venv" not in values["install"]
    ):
        environment = ""
    if values["linters"] is None:
        sources["linters"] = "the project's dependencies"
        chosen: tuple[linters.Linter | str, ...] = (
            linters.linters_of(folder, manager) if environment is not None else ()
        )
    else:
        try:
            chosen = linters.named_linters(values["linters"], folder, manager)
        except ValueError as error:
            raise UsageError(
                f"linters is not valid: {list(values['linters'])!r}",
                why=f"{error}; it came from {sources['linters']}",
                todo="correct the value, or remove it to use the linters among the dependencies",
            ) from error
    return linters.steps(chosen, folder, environment or "")


def _warnings(folder: Path, path: PurePosixPath) -> tuple[str, ...]:
    manager = next(iter(managers_of(folder)), None)
    return tuple(
        f"{path} does not run {package}: the project configures it, but it is not among the dependencies; add"
        " it there, or set linters"
        for package in linters.unused_linters(folder, manager)
    )


def _paths(values: Mapping[str, Any], root: Path) -> tuple[str, ...]:
    """The patterns for the project's folder, the workflow itself, and the lock file above the project."""
    folder: PurePosixPath = values["working_directory"]
    if folder == PurePosixPath():
        return ()
    shared = [
        str(parent / name)
        for parent in folder.parents
        for manager in managers_of(root / parent)
        if manager.workspaces
        for name in locks(manager, root / parent)
    ]
    return (f"{folder}/**", str(values["path"]), *dict.fromkeys(shared))


def _default_action(own: OwnAction | None, table: str) -> Uses:
    if own and own.is_ci_kit:
        return OWN_ACTION
    raise UsageError(
        "the action that the workflow uses is not set",
        why=f"[{table}] in pyproject.toml does not set action, and ci-kit has no release to use by default",
        todo=f'set action = "OWNER/ci-kit@SHA" in [{TABLE}]: a commit of a ci-kit repository that you trust',
    )
