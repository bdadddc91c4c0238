"""The page that GitHub shows for a run, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ci_kit.errors import CiKitError
from ci_kit.github import Runner
from ci_kit.report.covered_files import file_table, missed_lines
from ci_kit.report.excerpt import excerpt
from ci_kit.report.markdown import code_block, code_span
from ci_kit.report.run_report import RunReport, failed_title
from ci_kit.testing.results import Failure

if TYPE_CHECKING:
    from jinja2 import Environment

# Files of each list: the page has a limit.
_MOST = 500


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
    results = report.results
    for failure in results.failures if results else ():
        yield _failure(failure, runner, templates)
    if results and results.flaky:
        yield "\n### Flaky tests, which passed after a rerun\n"
        for failure in results.flaky:
            yield _failure(failure, runner, templates)
    if report.covered:
        values = {
            "report": report,
            "missed": missed_lines(report, most=_MOST),
            "table": file_table(report, _MOST),
        }
        yield render_template(templates, "coverage.md.jinja", values)


def _failure(failure: Failure, runner: Runner, templates: Environment) -> str:
    from ci_kit.templating import render_template

    why = excerpt(failure.message, runner.host.redactor, end=failure.stage == "collection")
    path = runner.relative(Path(failure.path)) if failure.path else ""
    return render_template(templates, "failure.md.jinja", {"failure": failure, "path": path, "why": why})
