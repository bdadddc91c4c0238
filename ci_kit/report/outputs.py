"""The outputs of the action.

``action.yml``, the documents and the job outputs of the rendered workflow follow this table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport
from ci_kit.testing.results import Results


@dataclass(frozen=True)
class Output:
    """One output. ``value`` gives its text for a run, empty if the run did not get that far."""

    name: str
    description: str
    value: Callable[[RunReport], str]


def _count(count: Callable[[Results], int]) -> Callable[[RunReport], str]:
    def text(report: RunReport) -> str:
        results = report.results
        return str(count(results)) if results and results.counted else ""

    return text


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


OUTPUTS: tuple[Output, ...] = (
    Output(
        "outcome",
        "How the job ended: passed, failed, no-tests or error.",
        lambda report: report.outcome,
    ),
    Output(
        "tests-collected",
        "Number of tests that pytest collected, including deselected tests.",
        _count(lambda results: results.collected),
    ),
    Output(
        "tests-passed",
        "Number of tests that passed.",
        _count(lambda results: results.passed),
    ),
    Output(
        "tests-failed",
        "Number of tests that failed, including errors in set-up and tear-down.",
        _count(lambda results: results.failed + results.errors),
    ),
    Output(
        "tests-flaky",
        "Number of tests that passed only after a rerun (pytest-rerunfailures). They count as passed too.",
        _count(lambda results: len(results.flaky)),
    ),
    Output(
        "tests-skipped",
        "Number of tests that were skipped.",
        _count(lambda results: results.skipped),
    ),
    Output(
        "coverage-percent",
        "Coverage of the tests in percent, with two decimals.",
        lambda report: _percent(report.coverage),
    ),
    Output(
        "coverage-change",
        "Coverage above that of the base branch in percentage points, such as `+0.40`. Empty if the history"
        " has no run of that branch.",
        lambda report: "" if report.coverage_change is None else f"{report.coverage_change:+.2f}",
    ),
    Output(
        "patch-coverage-percent",
        "Coverage of the changed lines in percent, with two decimals. Empty if no changed line was measured.",
        lambda report: _percent(report.patch.percent if report.patch else None),
    ),
    Output(
        "mysql-version",
        "Name and version of the server, such as `MySQL 9.7.4` or `MariaDB 10.11.19`.",
        lambda report: report.mysql_version,
    ),
)


def set_outputs(report: RunReport, runner: Runner) -> None:
    """Set the outputs of the step."""
    runner.set_outputs({output.name: output.value(report) for output in OUTPUTS})
