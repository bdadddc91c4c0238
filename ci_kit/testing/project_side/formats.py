"""Writes coverage's reports to files, each with coverage's own function for its format.

These functions apply no threshold: ``fail_under`` concerns the table of the run alone.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from coverage import Coverage

_TARGETS = {"xml": "outfile", "lcov": "outfile", "json": "outfile", "html": "directory"}


def write(coverage: Coverage, words: list[str], ignore_errors: bool | None) -> list[str]:
    """Write a report for each word ``--FORMAT=PATH``; gives a line for each that failed."""
    failed: list[str] = []
    for word in words:
        name, _, path = word[2:].partition("=")
        if name not in _TARGETS:
            continue
        try:
            function = getattr(coverage, f"{name}_report")
            function(ignore_errors=ignore_errors, **{_TARGETS[name]: path})
        except Exception as error:  # noqa: BLE001  (a plugin of coverage may fail in any way)
            reason = error.strerror if isinstance(error, OSError) else None
            failed.append(f"{path}: {reason or error or type(error).__name__}")
            _remove_part(Path(path))
    return failed


def _remove_part(path: Path) -> None:
    """Remove what a full disk left of a file. A device or a folder stays."""
    with suppress(OSError):
        if path.is_file():
            path.unlink()
