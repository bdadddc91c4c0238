"""Keeps the lines and branches of each file while coverage reports on them.

To analyse each file once more would take as long as the report itself. coverage documents no way to look at
the analysis of a report. So this class overrides a method that it does not document; without the method,
there are no files.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coverage import Coverage


class CoverageByFile(Coverage):
    """Coverage with the lines and branches of each file that it has analysed, in ``files``."""

    files: dict[str, dict[str, Any]]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.files = {}

    def _analyze(self, *arguments: Any, **named: Any) -> Any:
        analysis = super()._analyze(*arguments, **named)
        path = _shown(analysis.filename)
        if path not in self.files:
            self.files[path] = _facts(analysis)
        return analysis


def _facts(analysis: Any) -> dict[str, Any]:
    numbers = analysis.numbers
    arcs = analysis.missing_branch_arcs() if numbers.n_branches else {}
    return {
        "percent": numbers.pc_covered,
        "executed": sorted(analysis.statements - analysis.missing),
        "missing": sorted(analysis.missing),
        "excluded": sorted(analysis.excluded),
        "branches": numbers.n_branches,
        "missing_branches": sorted([start, end] for start, ends in arcs.items() for end in ends),
    }


def _shown(filename: str) -> str:
    """A path relative to the project if it is inside, with slashes."""
    here = Path.cwd()
    path = here / filename
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
