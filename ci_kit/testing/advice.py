"""What a developer does about a missing test tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.lock_files import lists_package
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.table import locks, managers_of
from ci_kit.settings.project_folders import project_folders
from ci_kit.settings.settings import Settings


def how_to_install(missing: Sequence[str], settings: Settings, host: Host) -> str:
    """How to install missing packages: the command to type, in the words of the project's manager."""
    names = " and ".join(missing)
    if settings.given("python"):
        return f"install {names} for that Python"
    used = list(_used(project_folders(settings.root, host.environ)))
    for manager, folder in used:
        where = settings.root if manager.workspaces else folder
        for lock in locks(manager, folder):
            if all(lists_package(folder / lock, name) for name in missing):
                command = manager.commands(folder).complete
                return f"type `{command}` in {where}: {lock} lists {names}"
    for manager, folder in used:
        where = settings.root if manager.workspaces else folder
        if manager.program:
            words = " ".join(missing) if locks(manager, folder) else names
            return f"{manager.commands(folder).add.format(words)} in {where}"
    return f"add {names} to the project's test dependencies and install them"


def _used(folders: Sequence[Path]) -> Iterator[tuple[PackageManager, Path]]:
    for folder in folders:
        for manager in managers_of(folder):
            yield manager, folder
