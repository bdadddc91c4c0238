"""The files to which coverage writes its reports on request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.settings.settings import Settings

_FORMATS = ("xml", "lcov", "json", "html")


def coverage_file_words(settings: Settings) -> list[str]:
    """The words that make the program in the project's Python write the reports."""
    return [f"--{name}={path}" for name, path in _coverage_files(settings)]


def require_writable_coverage_files(settings: Settings) -> None:
    """Raise UsageError for a path at which coverage cannot write its report."""
    taken: dict[Path, str] = {}
    for name, path in _coverage_files(settings):
        setting = f"coverage-{name}"
        if why := _obstacle(settings, name, path) or taken.get(path):
            raise UsageError(
                f"coverage cannot write to {path}",
                why=f"{why}; {setting} came from {settings.source(setting)}",
                todo=f"name another path by {setting}, relative to the project",
            )
        taken[path] = f"{setting} has the same path"


def _coverage_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    if settings.coverage:
        for name in _FORMATS:
            if path := getattr(settings, f"coverage_{name}"):
                yield name, Path(os.path.normpath(settings.root / path))


def _obstacle(settings: Settings, name: str, path: Path) -> str:
    """Why a report cannot be at a path; empty if nothing is in the way."""
    if name == "html" and settings.root.is_relative_to(path):
        return "the pages need a folder of their own"
    if path.exists() and path.is_dir() != (name == "html"):
        return "a file is there" if name == "html" else "a folder is there"
    nearest = path if path.is_dir() else next(folder for folder in path.parents if folder.exists())
    if not nearest.is_dir():
        return f"{nearest} is not a folder"
    return "" if os.access(nearest, os.W_OK | os.X_OK) else f"this user cannot write in {nearest}"
