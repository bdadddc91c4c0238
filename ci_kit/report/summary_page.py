"""The page that GitHub shows for a run, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ci_kit.errors import CiKitError
from ci_kit.github import Runner
from ci_kit.report.excerpt import excerpt
from ci_kit.report.markdown import code_block, code_span
from ci_kit.report.run_report import RunReport, failed_title


def add_summary_page(report: RunReport, runner: Runner) -> None:
    """Add the report to the page of the run, if a runner runs this job."""
    if runner.present:
        runner.add_summary(_blocks(report, runner))


def add_error_page(error: CiKitError, runner: Runner) -> None:
    """Add an error to the page of the run: of a command that ended before there was a report."""
    text = runner.host.redactor.redact("\n".join(error.lines()))
    runner.add_summary([f"## {failed_title(error.outcome)}\n\n{code_block(text)}\n"])


def _blocks(report: RunReport, runner: Runner) -> Iterator[str]:
    # A run on a laptop needs no templates, and importing Jinja takes time.
    from ci_kit.templating import render_template, strict_environment

    redactor = runner.host.redactor
    templates = strict_environment(
        {
            "span": lambda text: code_span(redactor.redact(text)),
            "block": lambda text: code_block(redactor.redact(text)),
        }
    )
    yield render_template(templates, "summary.md.jinja", {"report": report})
    for failure in report.results.failures if report.results else ():
        why = excerpt(failure.message, redactor, end=failure.stage == "collection")
        yield render_template(
            templates,
            "failure.md.jinja",
            {"failure": failure, "path": runner.relative(Path(failure.path)), "why": why},
        )
