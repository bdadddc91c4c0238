"""The coverage of a run, and its threshold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci_kit.errors import CiKitError, CoverageBelowThresholdError, UnavailableError
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.coverage_files import coverage_file_words
from ci_kit.testing.covered_lines import FileCoverage
from ci_kit.testing.python import Project
from ci_kit.testing.session import project_command, read_session


@dataclass(frozen=True)
class CoverageReport:
    """The coverage of a run.

    ``percent`` is the total. None means that coverage could not report; ``problem`` has its own words then.
    ``warnings`` are messages for the user, of one line or more. ``files`` are the measured files, by path.
    ``unwritten`` is the error if coverage could not write a report that a setting asks for.
    """

    percent: float | None
    below_threshold: bool
    problem: str = ""
    warnings: tuple[str, ...] = ()
    files: tuple[FileCoverage, ...] = ()
    unwritten: UnavailableError | None = None


def report_coverage(
    host: Host, settings: Settings, project: Project, *, run_folder: Path, contexts: Path | None = None
) -> CoverageReport:
    """Print the table of lines that no test reached, and read the total and the lines of each file.

    The threshold is the setting fail-under, or fail_under in the project's own coverage configuration.
    ``run_folder`` has the folders of the run's commands. ``contexts`` is the file for the lines of each test.
    """
    threshold = [] if settings.fail_under is None else [f"--fail-under={settings.fail_under:g}"]
    recorded = [f"--contexts={contexts}"] if contexts else []
    words = ["-m", "coverage", "report", "-m", *threshold, *coverage_file_words(settings), *recorded]
    code = host.stream(project_command(project, run_folder, words, cwd=settings.root))
    if host.dry:
        return CoverageReport(None, below_threshold=False)
    result = _read(run_folder / "coverage.json")
    problem = result.get("problem", "") or ("" if result else f"its exit code was {code}")
    has_threshold = result.get("has_threshold") or bool(settings.fail_under)
    return CoverageReport(
        result.get("percent"),
        below_threshold=bool(result.get("below_threshold") or (problem and has_threshold)),
        problem=problem,
        warnings=tuple(_warnings(result, "" if has_threshold else problem, run_folder)),
        files=tuple(_files(result)),
        unwritten=_unwritten(result, problem, settings),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        # The program ended before it could write the file.
        return {}
    return result


def _files(result: Mapping[str, Any]) -> Iterator[FileCoverage]:
    for path, facts in sorted(result.get("files", {}).items()):
        yield FileCoverage(
            path,
            facts["percent"],
            tuple(facts["executed"]),
            tuple(facts["missing"]),
            tuple(facts["excluded"]),
            facts["branches"],
            tuple((start, end) for start, end in facts["missing_branches"]),
        )


def _unwritten(result: Mapping[str, Any], problem: str, settings: Settings) -> UnavailableError | None:
    failed = result.get("unwritten", [problem] if coverage_file_words(settings) else [])
    if not failed:
        return None
    return UnavailableError(
        "coverage could not write each report that the settings ask for",
        details=tuple(failed),
        todo="correct what coverage names, such as the permissions or the free space there",
    )


def _warnings(result: Mapping[str, Any], problem: str, run_folder: Path) -> Iterator[str]:
    sessions = [read_session(path.parent) for path in sorted(run_folder.glob("*/session.json"))]
    unmeasured = tuple(worker for session in sessions for worker in session.unmeasured_workers)
    if workers := len(unmeasured):
        yield "\n".join(
            CiKitError(
                f"coverage did not measure {workers} worker{'s' if workers > 1 else ''} of pytest-xdist",
                details=unmeasured,
                todo="install coverage for the Python of these workers, or run the tests without -n and --tx",
            ).lines()
        )
    if explanation := result.get("warning"):
        yield "\n".join(CiKitError(**explanation).lines())
    elif problem:
        yield f"coverage could not report: {problem}"


def save_coverage(host: Host, settings: Settings, project: Project, *, run_folder: Path) -> None:
    """Leave the project's own data file as the run by hand leaves it, without a report."""
    if any((run_folder / "coverage").glob("data.*")):
        host.run(project_command(project, run_folder, ["-m", "coverage", "combine"], cwd=settings.root))


def require_coverage(coverage: CoverageReport | None, settings: Settings) -> None:
    """Raise CoverageBelowThresholdError if the coverage is below the threshold, or unknown."""
    # If no test ran, there is no report.
    if coverage is None and not (settings.fail_under and settings.coverage):
        return
    if coverage and not coverage.below_threshold:
        return
    if coverage and coverage.problem:
        raise CoverageBelowThresholdError(
            "the coverage is unknown, so it does not reach the threshold",
            why=f"coverage could not report: {coverage.problem}",
            todo="correct what coverage names; ignore_errors = true in [report] skips a file without source",
        )
    raise CoverageBelowThresholdError(
        f"coverage is {(coverage and coverage.percent) or 0:.2f} %, below the threshold",
        why="the threshold is fail_under in the coverage configuration"
        if settings.fail_under is None
        else f"fail-under is {settings.fail_under:g} %; it came from {settings.source('fail-under')}",
        todo="test the lines that no test reached, or lower "
        + ("fail_under" if settings.fail_under is None else "fail-under"),
    )
