"""The document on standard output, for ``ci-kit run --json``."""

from __future__ import annotations

from ci_kit.errors import Outcome
from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport
from ci_kit.streams import STDOUT


def print_document(report: RunReport, runner: Runner) -> None:
    """Print the document of a run, if the command line asked for one and it is not there yet."""
    if STDOUT.awaits_result:
        # Here, because it takes time to import.
        from ci_kit.report.document.run_document import document_text

        # A runner obeys "##[" anywhere in a line. In JSON, it can only be in a string.
        STDOUT.print_result(document_text(report, runner).replace("##[", r"#\u0023["))


def print_early_document(outcome: Outcome, problem: str, runner: Runner) -> None:
    """Print the document of a run that ended before it had a report."""
    report = RunReport(
        outcome=outcome,
        timezone="",
        mysql_version="",
        python_version="",
        results=None,
        coverage=None,
        problem=problem,
        seconds=0.0,
    )
    print_document(report, runner)
