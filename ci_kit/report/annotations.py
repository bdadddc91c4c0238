"""Failed tests as annotations: GitHub shows each one at its line of the code."""

from __future__ import annotations

from pathlib import Path

from ci_kit.github import ANNOTATION_LIMIT, Runner
from ci_kit.report.excerpt import excerpt
from ci_kit.report.run_report import RunReport


def annotate_failures(report: RunReport, runner: Runner) -> None:
    """Annotate the first failures, as many as a step may annotate."""
    redactor = runner.host.redactor
    for failure in (report.results.failures if report.results else ())[:ANNOTATION_LIMIT]:
        runner.annotate(
            "error",
            excerpt(failure.message, redactor, end=failure.stage == "collection"),
            title=excerpt(f"{failure.node} ({failure.stage})", redactor),
            file=runner.relative(Path(failure.path)),
            line=failure.line,
        )
