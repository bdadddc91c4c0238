"""Failed tests as annotations: GitHub shows each one at its line of the code."""

from __future__ import annotations

from pathlib import Path

from ci_kit.github import ANNOTATION_LIMIT, Runner
from ci_kit.report.run_report import RunReport


def annotate_failures(report: RunReport, runner: Runner) -> None:
    """Annotate the first failures, as many as a step may annotate."""
    redact = runner.host.redactor.redact
    for failure in (report.results.failures if report.results else ())[:ANNOTATION_LIMIT]:
        runner.annotate(
            "error",
            redact(failure.message),
            title=redact(f"{failure.node} ({failure.stage})"),
            file=runner.relative(Path(failure.path)),
            line=failure.line,
        )
