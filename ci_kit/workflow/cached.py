"""The packages that a workflow keeps between runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ci_kit.managers.table import cache_keys, managers_of


@dataclass(frozen=True)
class CachedPackages:
    """What a package manager downloads: its folders, and the files that decide what is in them."""

    manager: str
    folders: str
    files: tuple[str, ...]

    def key(self, python: str) -> str:
        """The key of the cache for a Python version: another lock file gets another cache."""
        files = ", ".join(f"'{file}'" for file in self.files)
        return f"{self.older_keys(python)}${{{{ hashFiles({files}) }}}}"

    def older_keys(self, python: str) -> str:
        """The beginning of the keys of older caches, which have most of the packages."""
        return f"{self.manager}-${{{{ runner.os }}}}-python{python}-"


def cached_packages(root: Path, working_directory: PurePosixPath) -> CachedPackages | None:
    """The packages of the project in a folder of the repository ``root``; None without a known manager."""
    folder = root / working_directory
    managers = managers_of(folder)
    if not managers:
        return None
    files = tuple(str(working_directory / name) for name in cache_keys(managers[0], folder))
    folders = "".join(f"{folder}\n" for folder in managers[0].cache_folders)
    return CachedPackages(managers[0].name.lower(), folders, files)
