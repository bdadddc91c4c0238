"""The packages that a workflow keeps between runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ci_kit.managers.table import managers_of


@dataclass(frozen=True)
class CachedPackages:
    """What a package manager downloads: its folders, and the files that decide what is in them."""

    manager: str
    folders: str
    files: tuple[str, ...]

    def key(self, python: str, runner: str) -> str:
        """The key of the cache for a Python version and the label of a runner.

        Another lock file gets another cache. So does another release of the system: a package that was built
        on one, such as mysqlclient, needs its libraries.
        """
        files = ", ".join(f"'{file}'" for file in self.files)
        return f"{self.older_keys(python, runner)}${{{{ hashFiles({files}) }}}}"

    def older_keys(self, python: str, runner: str) -> str:
        """The beginning of the keys of older caches, which have most of the packages."""
        return f"{self.manager}-{runner}-${{{{ runner.arch }}}}-python{python}-"


def cached_packages(root: Path, working_directory: PurePosixPath) -> CachedPackages | None:
    """The packages of the project in a folder of the repository ``root``; None without a known manager."""
    folder = root / working_directory
    managers = managers_of(folder)
    if not managers:
        return None
    names = managers[0].deciding_files(folder)
    # The lock file of a workspace is above the project.
    files = tuple(os.path.normpath(working_directory / name) for name in names)
    folders = "".join(f"{folder}\n" for folder in managers[0].cache_folders)
    return CachedPackages(managers[0].name.lower(), folders, files)
