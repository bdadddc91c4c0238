"""What a developer does about a missing test tool."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.lock_files import lists_package, requirements_files
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.packages import declares
from ci_kit.managers.table import locks, managers_of
from ci_kit.settings.project_folders import project_folders
from ci_kit.settings.settings import Settings
from ci_kit.testing.search import Interpreter


def how_to_install(missing: Sequence[str], interpreter: Interpreter, settings: Settings, host: Host) -> str:
    """How to install missing packages for a Python: the command to type, in the words of its manager."""
    names = " and ".join(missing)
    if settings.given("python"):
        return f"install {names} for that Python"
    used = list(_used(project_folders(settings.root, host.environ)))
    for manager, folder in used:
        for file in _files(manager, folder):
            if all(lists_package(folder / file, name) for name in missing):
                command = _command(manager, folder, interpreter)
                return f"type `{command}` in {_where(manager, folder, settings)}: {file} lists {names}"
    for manager, folder in used:
        # Nothing is locked or installed yet.
        if (
            manager.program
            and not _files(manager, folder)
            and all(declares(folder, name) for name in missing)
        ):
            command = _command(manager, folder, interpreter)
            return f"type `{command}` in {_where(manager, folder, settings)}: the project names {names}"
    for manager, folder in used:
        if manager.program:
            add = manager.commands(folder).add.format(words=" ".join(missing), names=names)
            return f"{add} in {_where(manager, folder, settings)}"
    return f"add {names} to the project's test dependencies and install them"


def _used(folders: Sequence[Path]) -> Iterator[tuple[PackageManager, Path]]:
    for folder in folders:
        for manager in managers_of(folder):
            yield manager, folder


def _files(manager: PackageManager, folder: Path) -> Sequence[str]:
    return locks(manager, folder) if manager.program else requirements_files(folder)


def _command(manager: PackageManager, folder: Path, interpreter: Interpreter) -> str:
    commands = manager.commands(folder)
    if manager.program:
        return commands.complete if _files(manager, folder) else commands.create
    # pip installs into the Python that runs it.
    return (
        f"{shlex.join(interpreter.command)} {commands.complete}"
        if interpreter.environment
        else commands.create
    )


def _where(manager: PackageManager, folder: Path, settings: Settings) -> Path:
    return settings.root if manager.workspaces else folder
