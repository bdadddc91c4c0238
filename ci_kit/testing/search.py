"""The search for the project's Python; docs/testing.md has the order."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.managers.environments import python_of
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.table import MANAGERS, PROGRAMS, locked_by, locks
from ci_kit.settings.project_folders import project_folders
from ci_kit.settings.settings import Settings
from ci_kit.testing.active import ActiveEnvironment, active_environment

_OWN = ".venv"
_ENVIRONMENTS = (_OWN, "venv", "env")


@dataclass(frozen=True)
class Interpreter:
    """The command that starts a Python, and why ci-kit took it, in a few words.

    ``environment`` is False for the machine's own Python.
    """

    command: tuple[str, ...]
    why: str
    environment: bool = True

    @property
    def through_manager(self) -> bool:
        """Whether a package manager starts it, which may make an environment and set variables."""
        return Path(self.command[0]).name in PROGRAMS

    def __str__(self) -> str:
        return f"{shlex.join(self.command)} ({self.why})"


def find_interpreter(host: Host, settings: Settings) -> Interpreter:
    """The project's Python. Raises UnavailableError if a lock file's environment does not exist."""
    if settings.python:
        return Interpreter(settings.python, settings.source("python"))
    folders = project_folders(settings.root, host.environ)
    active = active_environment(host.environ)
    if active and active.belongs_to(folders):
        return Interpreter((str(active.python),), f"active, {active.variable}")
    if active and active.of_ci_kit:
        # Its owner activated it to call ci-kit.
        active = None
    return _in_folders(host, folders, active=active is not None) or _elsewhere(
        host, active, _all_locks(folders)
    )


def _elsewhere(host: Host, active: ActiveEnvironment | None, without: Sequence[str]) -> Interpreter:
    """The active environment or the machine's Python; ``without`` are lock files without an environment."""
    missing = f"no environment for {' and '.join(without)}" if without else "the project has no environment"
    if active:
        return Interpreter((str(active.python),), f"active, {active.variable}; {missing}")
    path = host.which("python3") or host.which("python") or "python3"
    return Interpreter((path,), f"on the PATH; {missing}", environment=False)


def _all_locks(folders: Sequence[Path]) -> list[str]:
    return [
        os.path.relpath(folder / name, folders[0])
        for folder in folders
        for manager in locked_by(folder)
        for name in locks(manager, folder)
    ]


def _in_folders(host: Host, folders: Sequence[Path], *, active: bool) -> Interpreter | None:
    """The Python of the nearest environment. If one is ``active``, ci-kit can do without it."""
    pinned = False
    for folder in folders:
        lockers = () if pinned else locked_by(folder)
        others = () if active or pinned else tuple(manager for manager in MANAGERS if manager not in lockers)
        found = (
            _of_managers(host, folder, lockers, folders[0])
            or _beside(folder, lockers, folders[0])
            or _of_managers(host, folder, others, folders[0])
        )
        if found:
            return found
        # pip installs into any Python.
        pinned = pinned or any(manager.program is None for manager in lockers)
        if lockers and not pinned and not active:
            raise _missing(host, lockers[0], folder, folders[0])
    return None


def _of_managers(
    host: Host, folder: Path, managers: Sequence[PackageManager], project: Path
) -> Interpreter | None:
    for manager in managers:
        if command := manager.find(folder, host):
            file = next(iter(locks(manager, folder)), "")
            reason = os.path.relpath(folder / file, project) if file else manager.name
            return Interpreter(command, f"{manager.name}, {reason}" if file else reason)
    return None


def _beside(folder: Path, lockers: Sequence[PackageManager], project: Path) -> Interpreter | None:
    for name in _ENVIRONMENTS:
        environment = folder / name
        if python := python_of(environment):
            return Interpreter((str(python),), os.path.relpath(environment, project))
        if environment.is_dir() and (name == _OWN or (environment / "pyvenv.cfg").is_file()):
            raise _broken(environment, lockers)
    return None


def _broken(environment: Path, lockers: Sequence[PackageManager]) -> UnavailableError:
    name = environment.name
    installed = [manager.commands(environment.parent).create for manager in lockers if manager.program]
    command = installed[0] if installed else f"python3 -m venv {name}"
    return UnavailableError(
        f"the project's {name} has no Python: {environment / 'bin' / 'python'}",
        why="it is empty, or the Python that created it was removed",
        todo=f"type `rm -r {name} && {command}` in {environment.parent}"
        + ("" if installed else ", and install the project's dependencies"),
    )


def _missing(host: Host, manager: PackageManager, folder: Path, project: Path) -> UnavailableError:
    file = os.path.relpath(folder / locks(manager, folder)[0], project)
    where = project if manager.workspaces else folder
    create = f"`{manager.commands(folder).create}` in {where}"
    other = "or set another Python with the setting python"
    if manager.program and not host.which(manager.program):
        return UnavailableError(
            f"{manager.name} is not installed",
            why=f"the project has {file}, and no environment for it was found",
            todo=f"install {manager.name} (`pipx install {manager.program}`) and type {create}, {other}",
        )
    return UnavailableError(
        "the project's environment does not exist",
        why=f"the project has {file}, and {manager.name} has no environment for it",
        todo=f"type {create}, {other}",
    )
