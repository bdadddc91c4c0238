"""Which lines of a project the tests covered."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileCoverage:
    """The coverage of one file. ``path`` is relative to the project, with slashes; lines count from 1.

    ``missing_branches`` are pairs of lines: from, to. A negative second line means the end of the function
    or module. ``branches`` is the number of branches, 0 without branch coverage.
    """

    path: str
    percent: float
    executed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    branches: int = 0
    missing_branches: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class PatchCoverage:
    """The coverage of the lines that a change adds or modifies, against the merge base with ``base``.

    ``files`` has the changed files that coverage measured: ``executed`` and ``missing`` are changed lines
    only. ``percent`` is None if the change has no measured lines.
    """

    base: str
    percent: float | None
    files: tuple[FileCoverage, ...] = ()
