"""The page that GitHub shows for a run, in Markdown."""

from __future__ import annotations

from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport

# Characters that mean something in Markdown or HTML. A character reference shows the character itself.
_MARKUP = frozenset("&<>|`*_[]()~\\#!$@")


def add_summary_page(report: RunReport, runner: Runner) -> None:
    """Add the report to the page of the run, if a runner runs this job."""
    if not runner.present:
        return
    # A run on a laptop needs no templates, and importing Jinja takes time.
    from ci_kit.templating import render_template, strict_environment

    def cell(text: str) -> str:
        # The runner cannot mask a secret in the page once it is spelled in character references.
        return _cell(runner.host.redactor.redact(text))

    page = render_template(strict_environment({"cell": cell}), "summary.md.jinja", {"report": report})
    runner.add_summary(page)


def _cell(text: str) -> str:
    """The text as one cell of a Markdown table, shown as it is."""
    shown = "".join(f"&#{ord(one)};" if one in _MARKUP else one for one in text.strip())
    return "<br>".join(shown.splitlines())
