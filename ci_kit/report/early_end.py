"""The report of a command that ended by an error before a run had a report, such as for a wrong setting."""

from __future__ import annotations

from ci_kit.errors import CiKitError
from ci_kit.github import Runner
from ci_kit.report.document.printing import print_early_document
from ci_kit.report.summary_page import add_error_page


def publish_error(error: CiKitError, runner: Runner) -> None:
    """Set the output ``outcome``, add the error to the page of the run, and print its document."""
    print_early_document(error.outcome, "\n".join(error.lines()), runner)
    runner.set_outputs({"outcome": error.outcome})
    add_error_page(error, runner)
