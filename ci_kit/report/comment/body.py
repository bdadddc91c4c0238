"""The text of the comment: a short form of the page of the run.

Everybody who can read the pull request can read it, and no runner masks it. So it leaves out what the tests
printed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_kit.fitting import fit_blocks
from ci_kit.github import Runner
from ci_kit.report.comment.hidden import public_redactor
from ci_kit.report.comment.marker import Marker
from ci_kit.report.comment.target import Target
from ci_kit.report.covered_files import missed_lines
from ci_kit.report.excerpt import excerpt
from ci_kit.report.run_report import RunReport
from ci_kit.report.summary_page import failure_blocks, page_templates
from ci_kit.testing.results import Failure

LIMIT = 65536
"""In characters. GitHub rejects a longer comment with 422: "body is too long"."""

# In characters: the page of the run has more.
_TRACEBACK_LIMIT = 3000
_TEXT_LIMIT = 4000
_MOST_FILES = 50


def comment_body(report: RunReport, runner: Runner, target: Target, marker: Marker, *, name: str) -> str:
    """The text of the comment. ``name`` distinguishes it from those of other jobs; empty without."""
    return fit_blocks(_blocks(report, runner, target, marker, name), LIMIT, measure=_characters)


def _blocks(report: RunReport, runner: Runner, target: Target, marker: Marker, name: str) -> Iterator[str]:
    """The blocks of the comment, the most useful first: a comment that is too long ends early."""
    from ci_kit.templating import render_template

    redactor = public_redactor(runner.host)
    templates = page_templates(runner, redactor, commit=target.commit, traceback_limit=_TRACEBACK_LIMIT)
    values = {"report": report, "marker": marker, "name": name, "target": target}
    # It must stay, because it has the marker. All of it is short.
    yield render_template(templates, "comment.md.jinja", values)
    problem = excerpt(report.problem, redactor, limit=_TEXT_LIMIT)
    reason = excerpt(report.reason, redactor, limit=_TEXT_LIMIT)
    facts = replace(report, problem=problem, reason=reason)
    yield render_template(templates, "facts.md.jinja", {"report": facts})
    if report.runs:
        yield render_template(templates, "runs.md.jinja", {"runs": report.runs})
    if report.results:
        results = replace(
            report.results,
            failures=tuple(map(_without_output, report.results.failures)),
            rerun=tuple(map(_without_output, report.results.rerun)),
        )
        yield from failure_blocks(results, templates)
    if missed := missed_lines(report, most=_MOST_FILES):
        yield render_template(templates, "missed.md.jinja", {"missed": missed})


def _without_output(failure: Failure) -> Failure:
    return replace(failure, sections=())


def _characters(text: str) -> int:
    """The length in UTF-16, which is never less than GitHub's own count."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
