"""The paths of a report, relative to the repository in a document: another machine has another folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TypeVar

from ci_kit.report.document.codec import MisfitError
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure, TestResult, WarningRecord

_Place = TypeVar("_Place", Failure, TestResult, WarningRecord, FileCoverage)
_Change = Callable[[str], str]


def relative_to_repository(report: RunReport) -> RunReport:
    """The report with the paths of the repository relative to it. Paths outside stay as they are."""
    repository, root = report.repository, report.root
    if repository is None:
        return report

    def of_repository(path: str) -> str:
        return _relative(path, repository)

    def of_project(path: str) -> str:
        return of_repository(os.path.join(root, path)) if root else path  # noqa: PTH118

    inside = root and root.is_relative_to(repository)
    changed = _with_paths(report, cache(of_repository), of_project)
    return replace(changed, root=root.relative_to(repository) if root and inside else None)


def in_repository(report: RunReport, repository: Path) -> RunReport:
    """The report of a document, with its paths in this repository. Raises MisfitError for a path outside.

    A document may be of another person. So its paths reach neither the files above the repository nor the
    files of git, which may contain a login.
    """
    root = repository / _inside(str(report.root)) if report.root else None

    def of_repository(path: str) -> str:
        return path if os.path.isabs(path) or not path else str(repository / _inside(path))  # noqa: PTH117

    def of_project(path: str) -> str:
        checked = of_repository(path)
        return _relative(checked, root) if root else path

    changed = _with_paths(report, cache(of_repository), of_project)
    return replace(changed, repository=repository, root=root)


def _with_paths(report: RunReport, of_repository: _Change, of_project: _Change) -> RunReport:
    """The report with changed paths. Those of the coverage are relative to the project."""
    results, patch, shard = report.results, report.patch, report.shard
    return replace(
        report,
        results=results
        and replace(
            results,
            failures=_moved(results.failures, of_repository),
            rerun=_moved(results.rerun, of_repository),
            tests=_moved(results.tests, of_repository),
            warnings=_moved(results.warnings, of_repository),
        ),
        covered=_moved(report.covered, of_project),
        patch=_moved_patch(patch, of_project),
        shard=shard
        and replace(
            shard,
            covered=_moved(shard.covered, of_project),
            patch=_moved_patch(shard.patch, of_project),
        ),
    )


def _moved_patch(patch: PatchCoverage | None, change: _Change) -> PatchCoverage | None:
    return patch and replace(patch, files=_moved(patch.files, change))


def _moved(places: tuple[_Place, ...], change: _Change) -> tuple[_Place, ...]:
    return tuple(replace(one, path=change(one.path)) if one.path else one for one in places)


def _relative(path: str, folder: Path) -> str:
    return str(Path(path).relative_to(folder)) if path and Path(path).is_relative_to(folder) else path


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or "\0" in name or {"..", ".git"} & set(path.parts):
        raise MisfitError("a path inside the repository", name, " (a path)")
    return name
