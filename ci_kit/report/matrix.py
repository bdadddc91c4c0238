"""Several runs as one report: those of a matrix, or of several projects.

The merged report keeps the name of its run with each test and each failure, and has each run in ``runs``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ci_kit.errors import Outcome
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage
from ci_kit.testing.merged_coverage import merge_files, merge_patches, total_percent
from ci_kit.testing.results import Failure, Results, TestResult, total_results
from ci_kit.testing.selection.plan import total_selection

_OfRun = TypeVar("_OfRun", Failure, TestResult)

# The first that a run has is the outcome of all of them.
_GRAVEST: tuple[Outcome, ...] = ("failed", "error", "passed", "no-tests")


def merge_runs(reports: Sequence[RunReport]) -> RunReport:
    """The report of several runs of one repository. A report of several runs may be among them.

    Runs with equal names get numbers. A single run stays as it is.
    """
    if len(reports) == 1:
        return reports[0]
    reports = _with_own_names(reports)
    runs = tuple(run for report in reports for run in (report.runs or (_without_tests(report),)))
    unknown = sum(not (run.results and run.results.counted) for run in runs)
    root = _common_root(reports)
    measured = [_files_in(report.covered, report.root, root) for report in reports if report.covered]
    patches = [
        replace(report.patch, files=_files_in(report.patch.files, report.root, root))
        for report in reports
        if report.patch
    ]
    return RunReport(
        outcome=next(outcome for outcome in _GRAVEST if outcome in {run.outcome for run in runs}),
        timezone=_each(run.timezone for run in runs),
        mysql_version=_each(run.mysql_version for run in runs),
        python_version=_each(run.python_version for run in runs),
        results=replace(total_results([report.results for report in reports]), uncounted=unknown),
        # A run that left out tests has no measured files.
        coverage=total_percent(covered := merge_files(measured)),
        covered=covered,
        patch=merge_patches(patches),
        problem="",
        seconds=sum(run.seconds for run in runs),
        reason=_reason(runs),
        repository=reports[0].repository,
        root=root,
        began=min((run.began for run in runs if run.began), default=""),
        runs=runs,
        selection=total_selection(run.selection for run in runs),
    )


def separate_runs(report: RunReport) -> tuple[RunReport, ...]:
    """Each run of a report of several runs, with its own tests; else the report itself."""
    if not report.runs:
        return (report,)
    every = report.results or Results()
    failures, rerun, tests = _by_run(every.failures), _by_run(every.rerun), _by_run(every.tests)
    return tuple(
        replace(
            run,
            repository=report.repository,
            root=report.root,
            results=run.results
            and replace(
                run.results,
                failures=tuple(failures[run.name]),
                rerun=tuple(rerun[run.name]),
                tests=tuple(tests[run.name]),
            ),
        )
        for run in report.runs
    )


def _by_run(parts: tuple[_OfRun, ...]) -> Mapping[str, list[_OfRun]]:
    found = defaultdict[str, list[_OfRun]](list)
    for one in parts:
        found[one.run].append(one)
    return found


def _reason(runs: Sequence[RunReport]) -> str:
    """Which runs did not pass, as in ``1 of 3 runs failed: MySQL 8.4``."""
    texts = []
    for outcome, verb in (("failed", "failed"), ("error", "could not finish")):
        if names := [run.name for run in runs if run.outcome == outcome]:
            texts.append(f"{len(names)} of {len(runs)} runs {verb}: {'; '.join(names)}")
    return ", ".join(texts)


def _with_own_names(reports: Sequence[RunReport]) -> list[RunReport]:
    """The reports, each run with a name that no other has, and each test with the name of its run."""
    taken: set[str] = set()
    named = []
    for report in reports:
        names = {run.name: _free(run.name or "run", taken) for run in report.runs or (report,)}
        named.append(_renamed(report, names))
    return named


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name} ({number})"
    taken.add(found)
    return found


def _renamed(report: RunReport, names: Mapping[str, str]) -> RunReport:
    def moved(parts: tuple[_OfRun, ...]) -> tuple[_OfRun, ...]:
        return tuple(replace(one, run=names.get(one.run or report.name, one.run)) for one in parts)

    results = report.results
    return replace(
        report,
        name=names.get(report.name, report.name),
        runs=tuple(replace(run, name=names[run.name]) for run in report.runs),
        results=results
        and replace(
            results,
            failures=moved(results.failures),
            rerun=moved(results.rerun),
            tests=moved(results.tests),
        ),
    )


def _without_tests(report: RunReport) -> RunReport:
    """What the merged report keeps of a run: everything but what it has together with the others."""
    results: Results | None = report.results
    return replace(
        report,
        results=results and replace(results, failures=(), rerun=(), tests=()),
        covered=(),
        patch=None,
        repository=None,
        root=None,
    )


def _common_root(reports: Sequence[RunReport]) -> Path | None:
    """The project of all runs, or else their repository."""
    roots = {report.root for report in reports}
    return roots.pop() if len(roots) == 1 else reports[0].repository


def _files_in(
    files: tuple[FileCoverage, ...], root: Path | None, common: Path | None
) -> tuple[FileCoverage, ...]:
    """The files of a project with their paths relative to another folder."""
    if root is None or common is None or root == common:
        return files
    paths = [root / file.path for file in files]
    return tuple(
        replace(file, path=str(path.relative_to(common) if path.is_relative_to(common) else path))
        for file, path in zip(files, paths, strict=True)
    )


def _each(texts: Iterable[str]) -> str:
    """Each text once."""
    return ", ".join(dict.fromkeys(filter(None, texts)))
