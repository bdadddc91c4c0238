"""The page that GitHub shows for a run, in Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING

from ci_kit.errors import CiKitError
from ci_kit.github import Runner
from ci_kit.redaction import Redactor
from ci_kit.report.covered_files import file_table, missed_lines
from ci_kit.report.excerpt import excerpt
from ci_kit.report.groups import FailureGroup, group_failures
from ci_kit.report.markdown import code_block, code_span, plain
from ci_kit.report.run_report import RunReport, failed_title
from ci_kit.report.selection_lines import selection_lines
from ci_kit.report.trend_lines import parallel_lines, run_table, slower_lines
from ci_kit.testing.results import Failure, Results, WarningRecord

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

    templates = page_templates(runner, runner.host.redactor)
    yield render_template(templates, "summary.md.jinja", {"report": report})
    if report.runs:
        yield render_template(templates, "runs.md.jinja", {"runs": report.runs})
    if report.selection and (lines := [*selection_lines(report.selection), *report.selection.notes]):
        yield render_template(templates, "selection.md.jinja", {"lines": lines})
    results = report.results
    if results:
        yield from failure_blocks(results, templates)
    if report.covered:
        values = {
            "report": report,
            "missed": missed_lines(report, most=_MOST_FILES),
            "table": file_table(report, _MOST_FILES),
        }
        yield render_template(templates, "coverage.md.jinja", values)
    if results:
        yield from _tests(results, templates)
        if results.warnings:
            values = {"warnings": results.warnings, "more": results.more_warnings, "limit": _LISTED}
            yield render_template(templates, "warnings.md.jinja", values)
    yield from _trend(report, templates)
    if report.steps:
        yield render_template(templates, "timeline.md.jinja", {"steps": report.steps})


def page_templates(
    runner: Runner, redactor: Redactor, *, commit: str = "", traceback_limit: int = _TRACEBACK_LIMIT
) -> Environment:
    """The templates of pages. Links lead to the code at the commit, by default that of the run."""
    from ci_kit.templating import strict_environment

    def place(failure: Failure | WarningRecord) -> str:
        path = Path(failure.path)
        name = redactor.redact(runner.relative(path))
        shown = code_span(f"{name}:{failure.line}" if failure.line else name)
        url = runner.source_url(path, failure.line, commit=commit) if name == runner.relative(path) else ""
        return f"[{shown}]({url})" if url else shown

    def span(text: str) -> str:
        return code_span(redactor.redact(text))

    def traceback(failure: Failure) -> str:
        if failure.traceback:
            return excerpt(failure.traceback, redactor, kept="both", limit=traceback_limit)
        return excerpt(
            failure.message, redactor, kept="end" if failure.stage == "collection" else "beginning"
        )

    def first_line(text: str) -> str:
        return text.strip().partition("\n")[0]

    return strict_environment(
        {
            "span": span,
            # Markdown splits the cells of a table before it looks for code.
            "cell": lambda text: code_span(redactor.redact(text).replace("|", "¦")),
            # The diagram is not Markdown.
            "label": lambda text: re.sub(r"[^\w .-]", " ", redactor.redact(text)),
            "runs": lambda names: ", in " + ", ".join(map(span, names)) if names else "",
            "block": lambda text: code_block(redactor.redact(text)),
            "title": lambda text: code_span(first_line(excerpt(text, redactor, limit=_TITLE_LIMIT))),
            "output": lambda text: excerpt(text, redactor, kept="end"),
            "place": place,
            "plain": plain,
            "traceback": traceback,
        }
    )


def failure_blocks(results: Results, templates: Environment) -> Iterator[str]:
    """A block for each group of failures, and then of flaky tests."""
    yield from _group_blocks("Failures", group_failures(results.failures), templates)
    flaky = group_failures(results.flaky)
    yield from _group_blocks("Flaky tests, which passed after a rerun", flaky, templates)


def _group_blocks(heading: str, groups: tuple[FailureGroup, ...], templates: Environment) -> Iterator[str]:
    from ci_kit.templating import render_template

    for group in groups:
        yield render_template(
            templates, "failures.md.jinja", {"heading": heading, "group": group, "limit": _LISTED}
        )
        heading = ""


def _trend(report: RunReport, templates: Environment) -> Iterator[str]:
    """What failed only in parallel, what took longer than usual, and the last runs."""
    from ci_kit.templating import render_template

    trend = report.trend
    if lines := parallel_lines(report, str, most=_LISTED):
        yield render_template(templates, "parallel.md.jinja", {"lines": lines})
    if lines := slower_lines(trend, str, most=_LISTED):
        yield render_template(templates, "slower.md.jinja", {"lines": lines})
    if len(trend.runs) > 1:
        yield render_template(templates, "last_runs.md.jinja", {"table": run_table(trend)})


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
