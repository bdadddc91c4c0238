"""``ci-kit report``: every report of runs that ended, from their documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ci_kit.errors import CiKitError, UnfinishedRunError, UsageError
from ci_kit.github import Runner
from ci_kit.report.excerpt import one_line
from ci_kit.report.gathering import gather_runs
from ci_kit.report.matrix import merge_runs
from ci_kit.report.publishing import comment_writer, conclude, show_error
from ci_kit.report.report_files import ReportPaths, report_paths
from ci_kit.report.run_report import RunReport
from ci_kit.settings.project_folders import project_folders
from ci_kit.settings.settings import Settings
from ci_kit.testing.coverage import CoverageReport, require_coverage
from ci_kit.testing.patch.coverage import require_patch_coverage
from ci_kit.testing.verdict import too_few_tests


def report_runs(settings: Settings, runner: Runner, documents: Sequence[str], *, min_runs: int) -> int:
    """Publish the runs in the documents as one report; gives 1 if one of them failed, else 0.

    Raises UnfinishedRunError, UsageError, UnavailableError, and the errors of the coverage's thresholds.
    """
    files = report_paths(settings)
    runs = read_runs(settings, runner, documents, files)
    if shards := [run for run in runs if run.shard]:
        raise UsageError(
            f"a document is that of a shard: {one_line(shards[0].name)}",
            why="a report of shards must have all of them, and `ci-kit report` cannot tell",
            todo="type `ci-kit combine` with the documents of all shards",
        )
    report = merge_runs(runs)
    return publish_runs(report, find_problem(report, settings, min_runs), settings, runner, files)


def read_runs(
    settings: Settings, runner: Runner, documents: Sequence[str], files: ReportPaths
) -> list[RunReport]:
    """The runs in the documents, without the one that this command writes. Raises UsageError."""
    return gather_runs(
        documents,
        root=settings.root,
        repository=project_folders(settings.root, runner.host.environ)[-1],
        written=files.paths.get("run-report", Path()).resolve(),
    )


def publish_runs(
    report: RunReport, problem: CiKitError | None, settings: Settings, runner: Runner, files: ReportPaths
) -> int:
    """Publish runs that ended; gives 1 if one of them failed, else 0. Raises ``problem`` after that."""
    if problem:
        lines = problem.lines() if not report.problem else [report.problem]
        report = replace(report, outcome=problem.outcome, problem="\n".join(lines))
    elif report.problem:
        # The run has shown it, but on another machine.
        show_error("\n".join(map(one_line, report.problem.splitlines())), runner)
    if settings.fail_under and report.is_partial and report.coverage is None:
        runner.host.console.warning("fail-under is not applied, because the runs left out tests")
    code = 1 if report.outcome == "failed" else 0
    comment = comment_writer(settings)
    return conclude(report, runner, files, code=code, problem=problem, comment=comment)


def find_problem(report: RunReport, settings: Settings, min_runs: int = 1) -> CiKitError | None:
    """Why the runs are not good enough although no test failed; None if they are, or if a run failed."""
    if report.outcome == "failed":
        return None
    try:
        _require_runs(report, min_runs)
        if not report.is_partial and (few := too_few_tests(report.results, settings)):
            raise few
        if report.outcome == "passed":
            # The total of runs that left out tests is unknown.
            if report.coverage is not None or not report.is_partial:
                require_coverage(_coverage(report, settings), settings)
            if report.patch or not report.is_partial:
                require_patch_coverage(report.patch, settings)
    except CiKitError as problem:
        return problem
    return None


def _require_runs(report: RunReport, min_runs: int) -> None:
    """Raise UnfinishedRunError if a run could not finish, or if runs are missing."""
    runs = report.runs or (report,)
    if unfinished := [run for run in runs if run.outcome == "error"]:
        first = unfinished[0]
        raise UnfinishedRunError(
            one_line(report.reason or f"{first.name} could not finish"),
            why=one_line(first.problem.partition("\n")[0]),
            todo="look at the log of that run",
        )
    if len(runs) < min_runs:
        raise UnfinishedRunError(
            f"documents of {len(runs)} run{'s' if len(runs) > 1 else ''}, expected at least {min_runs}",
            why="min-runs requires that",
            todo="find out which run wrote no document: it was cancelled, or ended before its tests",
        )


def _coverage(report: RunReport, settings: Settings) -> CoverageReport | None:
    """The coverage of all runs, compared with the threshold of the settings."""
    threshold = settings.fail_under
    if not threshold:
        return None
    percent = report.coverage
    return CoverageReport(
        percent,
        below_threshold=percent is None or round(percent, 2) < threshold,
        problem="the runs have no coverage by file" if percent is None else "",
    )
