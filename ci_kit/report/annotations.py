"""Failed and flaky tests as annotations: GitHub shows each one at its line of the code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ci_kit.github import ANNOTATION_LIMIT, Runner
from ci_kit.report.excerpt import excerpt
from ci_kit.report.run_report import RunReport
from ci_kit.testing.results import Failure


def annotate_failures(report: RunReport, runner: Runner) -> None:
    """Annotate the first failures and the first flaky tests, as many of each as a step may annotate."""
    if report.results is None:
        return
    for failure in report.results.failures[:ANNOTATION_LIMIT]:
        _annotate(runner, "error", failure, failure.stage)
    for failure in report.results.flaky[:ANNOTATION_LIMIT]:
        _annotate(runner, "warning", failure, "passed after a rerun")


def _annotate(runner: Runner, level: Literal["error", "warning"], failure: Failure, what: str) -> None:
    redactor = runner.host.redactor
    runner.annotate(
        level,
        excerpt(failure.message, redactor, end=failure.stage == "collection"),
        title=excerpt(f"{failure.node} ({what})", redactor),
        file=runner.relative(Path(failure.path)) if failure.path else "",
        line=failure.line,
    )
