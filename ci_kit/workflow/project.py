"""The values that follow from the project's files, where the settings leave them to ci-kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.table import locks, managers_of
from ci_kit.settings.server_version import WantedVersion, wanted_version
from ci_kit.workflow.action import OwnAction
from ci_kit.workflow.cached import CachedPackages, cached_packages
from ci_kit.workflow.checks import OWN_ACTION
from ci_kit.workflow.comment import asks_for_comment
from ci_kit.workflow.history import history_path, puts_failed_first
from ci_kit.workflow.install import install_script
from ci_kit.workflow.linters import LinterStep, linter_steps, unused_linters
from ci_kit.workflow.needed_tools import needed_tools, not_locked
from ci_kit.workflow.options import options_of
from ci_kit.workflow.tables import TABLE, WorkflowTable
from ci_kit.workflow.uses import Uses
from ci_kit.workflow.versions import Found, is_version, python_versions, server_versions

_ECOSYSTEMS: Mapping[str, str] = {"uv": "uv"}
"""Dependabot's ecosystem of a package manager, where it is not ``pip``."""


@dataclass(frozen=True)
class Project:
    """The project of one workflow in the repository ``root``, with the ``values`` that the settings state.

    The method with the name of a setting gives the value that is not stated, and its source. Each raises
    UsageError if the project's files do not tell it.
    """

    root: Path
    table: WorkflowTable
    values: Mapping[str, Any]
    own_action: OwnAction | None

    @property
    def working_directory(self) -> PurePosixPath:
        path: PurePosixPath = self.values["working_directory"]
        return path

    @property
    def folder(self) -> Path:
        return self.root / self.working_directory

    @property
    def manager(self) -> PackageManager | None:
        return next(iter(managers_of(self.folder)), None)

    @property
    def cached(self) -> CachedPackages | None:
        """The packages that a workflow can keep between runs."""
        return cached_packages(self.root, self.working_directory)

    def python_versions(self) -> Found[tuple[str, ...]]:
        return python_versions(self.folder)

    def servers(self) -> Found[tuple[str, ...]]:
        if "mysql-version" in self.values["inputs"]:
            return Found((), "the input mysql-version")
        return server_versions(self.root, self.folder)

    def server(self) -> Found[WantedVersion | None]:
        given = self.values["inputs"].get("mysql-version", "")
        if is_version(given):
            return Found(wanted_version(given), "the input mysql-version")
        found = server_versions(self.root, self.folder)
        return Found(wanted_version(found.value[0]), found.place)

    def paths(self) -> Found[tuple[str, ...]]:
        """The patterns for the project's folder, the workflow, and the lock files above the project."""
        if self.working_directory == PurePosixPath():
            return Found((), "the project at the root of the repository")
        above = (
            str(parent / name)
            for parent in self.working_directory.parents
            for manager in managers_of(self.root / parent)
            if manager.workspaces
            for name in locks(manager, self.root / parent)
        )
        patterns = (f"{self.working_directory}/**", str(self.values["path"]), *dict.fromkeys(above))
        return Found(patterns, "the working directory")

    def install(self) -> Found[str]:
        return Found(install_script(self.folder, self.table.name), "the project's files")

    def action(self) -> Found[Uses]:
        return Found(default_action(self.own_action, self.table), "the action of this repository")

    def linters(self, source: str) -> Found[tuple[LinterStep, ...]]:
        """The steps of the linters that the settings name, or of those that the project uses."""
        names = self.values["linters"]
        try:
            steps = linter_steps(names, self.folder, self.manager, self.values["install"] or "")
        except ValueError as error:
            raise UsageError(
                f"linters is not valid: {list(names)!r}",
                why=f"{error}; it came from {source}",
                todo="correct the value, or remove it to use the linters among the dependencies",
            ) from error
        return Found(steps, "the project's dependencies" if names is None else source)

    def warnings(self) -> tuple[str, ...]:
        """A warning for each tool that the settings leave to ci-kit, and that is not installed."""
        return (*self._missing_test_tools(), *self._missing_linters())

    def _missing_test_tools(self) -> Iterator[str]:
        if self.values["install"] is not None or not self.uses("install") or self.manager is None:
            return
        tools = needed_tools(self.folder, self.values["inputs"])
        yield from not_locked(self.manager, self.folder, tools)

    def _missing_linters(self) -> tuple[str, ...]:
        if self.values["linters"] is not None or not self.uses("linters"):
            return ()
        return tuple(
            f"{self.values['path']} does not run {package}: the project configures it, but it is not among"
            " the dependencies; add it there, or set linters"
            for package in unused_linters(self.folder, self.manager)
        )

    def uses(self, name: str) -> bool:
        """Whether the template uses a setting."""
        return any(option.name == name for option in options_of(self.table.template))


def default_action(own: OwnAction | None, table: WorkflowTable) -> Uses:
    """The action of a workflow whose table names none. Raises UsageError outside ci-kit's own repository."""
    if own and own.is_ci_kit:
        return OWN_ACTION
    raise UsageError(
        "the action that the workflow uses is not set",
        why=f"[{table.name}] in pyproject.toml does not set action, and ci-kit has no release to use by"
        " default",
        todo=f'set action = "OWNER/ci-kit@SHA" in [{TABLE}]: a commit of a ci-kit repository that you trust',
    )


def complete(project: Project, sources: dict[str, str]) -> dict[str, Any]:
    """All values of a workflow: those of the settings, and those of the project. Adds to ``sources``.

    Raises UsageError if the project's files do not tell a value.
    """
    values = dict(project.values)
    not_used = {"install": "", "action": OWN_ACTION}
    for field in ("python_versions", "servers", "server", "paths", "install", "action"):
        if values[field] is not None:
            continue
        if field in not_used and not project.uses(field):
            values[field] = not_used[field]
            continue
        found = getattr(project, field)()
        values[field], sources[field] = found.value, found.place
    if project.uses("linters"):
        steps = project.linters(sources["linters"])
        values["linters"], sources["linters"] = steps.value, steps.place
    else:
        values["linters"] = ()
    keeps = values["history"] and project.uses("history")
    run = (project.root, project.working_directory, values["inputs"])
    return values | {
        "cached": project.cached,
        "comments": asks_for_comment(project.folder, values["inputs"], values["env"]),
        "history": history_path(*run, stated=project.table.states("history")) if keeps else "",
        "failed_first": bool(keeps) and puts_failed_first(*run),
    }


def ecosystems(root: Path, folders: Iterable[PurePosixPath]) -> Mapping[str, tuple[str, ...]]:
    """Dependabot's ecosystems of the projects in ``folders``, each with their paths from the root."""
    found: dict[str, tuple[str, ...]] = {}
    for folder in dict.fromkeys(folders) or (PurePosixPath(),):
        managers = managers_of(root / folder)
        if managers:
            name = _ECOSYSTEMS.get(managers[0].name, "pip")
            found[name] = (*found.get(name, ()), str(PurePosixPath("/") / folder))
    return found
