"""The page that GitHub shows for a run, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING

from ci_kit.errors import CiKitError
from ci_kit.github import Runner
from ci_kit.history.trend import Trend
from ci_kit.report.covered_files import file_table, missed_lines
from ci_kit.report.excerpt import excerpt
from ci_kit.report.groups import FailureGroup, group_failures
from ci_kit.report.markdown import code_block, code_span
from ci_kit.report.run_report import RunReport, failed_title
from ci_kit.report.trend_lines import run_table, slower_lines
from ci_kit.testing.results import Failure, Results

if TYPE_CHECKING:
    from jinja2 import Environment

# In characters.
_TRACEBACK_LIMIT = 8000
_TITLE_LIMIT = 120
_LISTED = 20
_SLOWEST = 10
# In seconds: a faster test is not worth a line.
_SLOW = 0.1
# Files of each list: the page has a limit.
_MOST_FILES = 500


def add_summary_page(report: RunReport, runner: Runner) -> None:
    """Add the report to the page of the run, if a runner runs this job."""
    if runner.present:
        runner.add_summary(_blocks(report, runner))


def add_error_page(error: CiKitError, runner: Runner) -> None:
    """Add an error to the page of the run: of a command that ended before there was a report."""
    text = runner.host.redactor.redact("\n".join(error.lines()))
    runner.add_summary([f"## {failed_title(error.outcome)}\n\n{code_block(text)}\n"])


def _blocks(report: RunReport, runner: Runner) -> Iterator[str]:
    """The blocks of the page, the most useful first: a page that is too long ends early."""
    # A run on a laptop needs no templates, and importing Jinja takes time.
    from ci_kit.templating import render_template

    templates = _templates(runner)
    yield render_template(templates, "summary.md.jinja", {"report": report})
    results = report.results
    if results:
        yield from _failures("Failures", group_failures(results.failures), templates)
        yield from _failures(
            "Flaky tests, which passed after a rerun", group_failures(results.flaky), templates
        )
    if report.covered:
        values = {
            "report": report,
            "missed": missed_lines(report, most=_MOST_FILES),
            "table": file_table(report, _MOST_FILES),
        }
        yield render_template(templates, "coverage.md.jinja", values)
    if results:
        yield from _tests(results, templates)
    yield from _trend(report.trend, templates)
    if report.steps:
        yield render_template(templates, "timeline.md.jinja", {"steps": report.steps})


def _templates(runner: Runner) -> Environment:
    from ci_kit.templating import strict_environment

    redactor = runner.host.redactor

    def place(failure: Failure) -> str:
        path = Path(failure.path)
        name = redactor.redact(runner.relative(path))
        shown = code_span(f"{name}:{failure.line}" if failure.line else name)
        url = runner.source_url(path, failure.line) if name == runner.relative(path) else ""
        return f"[{shown}]({url})" if url else shown

    def traceback(failure: Failure) -> str:
        if failure.traceback:
            return excerpt(failure.traceback, redactor, kept="both", limit=_TRACEBACK_LIMIT)
        return excerpt(
            failure.message, redactor, kept="end" if failure.stage == "collection" else "beginning"
        )

    def first_line(text: str) -> str:
        return text.strip().partition("\n")[0]

    return strict_environment(
        {
            "span": lambda text: code_span(redactor.redact(text)),
            "block": lambda text: code_block(redactor.redact(text)),
            "title": lambda text: code_span(first_line(excerpt(text, redactor, limit=_TITLE_LIMIT))),
            "output": lambda text: excerpt(text, redactor, kept="end"),
            "place": place,
            "traceback": traceback,
        }
    )


def _failures(heading: str, groups: tuple[FailureGroup, ...], templates: Environment) -> Iterator[str]:
    from ci_kit.templating import render_template

    for group in groups:
        yield render_template(
            templates, "failures.md.jinja", {"heading": heading, "group": group, "limit": _LISTED}
        )
        heading = ""


def _trend(trend: Trend, templates: Environment) -> Iterator[str]:
    """What took longer than usual, and the last runs."""
    from ci_kit.templating import render_template

    if lines := slower_lines(trend, str, most=_LISTED):
        yield render_template(templates, "slower.md.jinja", {"lines": lines})
    if len(trend.runs) > 1:
        yield render_template(templates, "runs.md.jinja", {"table": run_table(trend)})


def _tests(results: Results, templates: Environment) -> Iterator[str]:
    """The slowest tests, and the reasons of those that did not run or were expected to fail."""
    from ci_kit.templating import render_template

    slow = [test for test in results.tests if test.seconds >= _SLOW]
    if slow:
        slowest = nlargest(_SLOWEST, slow, key=lambda test: test.seconds)
        yield render_template(templates, "slowest.md.jinja", {"tests": slowest})
    reasons = Counter(
        (test.outcome, test.reason)
        for test in results.tests
        if test.outcome in ("skipped", "xfailed", "xpassed")
    ).most_common()
    if reasons:
        yield render_template(templates, "reasons.md.jinja", {"reasons": reasons, "limit": _LISTED})
