"""The files to which coverage writes its reports on request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ci_kit.settings.settings import Settings

_FORMATS = ("xml", "lcov", "json", "html")


def coverage_file_words(settings: Settings) -> list[str]:
    """The words that make the program in the project's Python write the reports."""
    return [f"--{name}={path}" for name, path in coverage_files(settings)]


def coverage_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The format and the absolute path of each report; for ``html``, the path of a folder."""
    if settings.coverage:
        for name in _FORMATS:
            if path := getattr(settings, f"coverage_{name}"):
                yield name, Path(os.path.normpath(settings.root.absolute() / path))
