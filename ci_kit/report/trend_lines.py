"""What the history says about a run, in lines of text: for the terminal and for the page of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ci_kit.history.past_run import PastRun
from ci_kit.history.trend import Trend
from ci_kit.history.usual import Slower
from ci_kit.report.run_report import RunReport

# The beginning of a time by ISO 8601: to the minute.
_MINUTE = 16
_COMMIT_DIGITS = 7
_WIDEST_BRANCH = 30
_HEADINGS = ("time (UTC)", "commit", "branch", "outcome", "tests", "failed", "coverage", "seconds")
_NUMBERS = frozenset({"tests", "failed", "coverage", "seconds"})


def slower_lines(trend: Trend, name: Callable[[str], str], *, most: int) -> list[str]:
    """A line if all tests together took longer than usual, then one for each of at most ``most`` tests.

    ``name`` changes the id of a test to what is shown.
    """
    lines = [f"all tests: {_durations(trend.slower_run)}"] if trend.slower_run else []
    lines += [f"{name(one.name)}: {_durations(one)}" for one in trend.slower_tests[:most]]
    unseen = len(trend.slower_tests) - most
    return [*lines, f"… and {unseen} more tests"] if unseen > 0 else lines


def parallel_lines(report: RunReport, name: Callable[[str], str], *, most: int) -> list[str]:
    """A heading and a line for each test that failed only with several workers, or why that is unknown."""
    found, failed = report.trend.parallel, report.outcome == "failed" and report.workers.count > 1
    if found is None:
        return (
            ["whether tests fail only in parallel is unknown: the history has no run with `--workers 1`"]
            if failed
            else []
        )
    if not found.tests:
        return []
    commit = f" of commit {found.commit[:_COMMIT_DIGITS]}" if found.commit else ""
    lines = [f"{len(found.tests)} failed with {report.workers}, and passed in the last run with one{commit}"]
    lines += map(name, found.tests[:most])
    unseen = len(found.tests) - most
    return [*lines, f"… and {unseen} more"] if unseen > 0 else lines


def run_table(trend: Trend) -> list[str]:
    """A heading and a line for each of the last runs, the newest last, in columns."""
    rows = [_HEADINGS, *map(_row, trend.runs)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_cells(row, widths)).rstrip() for row in rows]


def _durations(one: Slower) -> str:
    return f"{one.seconds:.1f} s, usually {one.usual:.1f} s (median of {one.runs} runs)"


def _row(run: PastRun) -> tuple[str, ...]:
    return (
        run.began[:_MINUTE].replace("T", " "),
        run.commit[:_COMMIT_DIGITS],
        run.branch if len(run.branch) <= _WIDEST_BRANCH else "…",
        run.outcome,
        "" if run.tests is None else str(run.tests),
        "" if run.failed is None else str(run.failed),
        "" if run.coverage is None else f"{run.coverage:.1f} %",
        "" if run.test_seconds is None else f"{run.test_seconds:.1f}",
    )


def _cells(row: tuple[str, ...], widths: list[int]) -> Iterator[str]:
    for heading, cell, width in zip(_HEADINGS, row, widths, strict=True):
        yield cell.rjust(width) if heading in _NUMBERS else cell.ljust(width)
