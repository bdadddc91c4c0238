"""The report of a command that ended by an error before a run had a report, such as for a wrong setting."""

from __future__ import annotations

from ci_kit.errors import CiKitError
from ci_kit.github import Runner
from ci_kit.report.summary_page import add_error_page


def publish_error(error: CiKitError, runner: Runner) -> None:
    """Set the output ``outcome``, and add the error to the page of the run."""
    runner.set_outputs({"outcome": error.outcome})
    add_error_page(error, runner)
