"""Where the report of a run goes.

To add a place, write a module with a function of the type :data:`Publisher`, and add it to
:data:`PUBLISHERS`. ``report_files.py`` has the reports in files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.report.annotations import annotate_failures
from ci_kit.report.document.printing import print_document
from ci_kit.report.outputs import set_outputs
from ci_kit.report.report_files import ReportPaths
from ci_kit.report.run_report import RunReport
from ci_kit.report.summary_page import add_summary_page
from ci_kit.report.terminal import print_result

Publisher: TypeAlias = Callable[[RunReport, Runner], None]
"""Presents the report in one place, through the runner or its host. Does nothing where it does not apply."""

PUBLISHERS: tuple[Publisher, ...] = (
    print_result,
    set_outputs,
    add_summary_page,
    annotate_failures,
    print_document,
)


def publish(report: RunReport, runner: Runner, files: ReportPaths) -> tuple[UnavailableError, ...]:
    """Publish the report everywhere; gives an error for each file that cannot be written."""
    errors = []
    for publisher in PUBLISHERS:
        try:
            publisher(report, runner)
        except UnavailableError as error:
            errors.append(error)
    return (*errors, *files.write(report, runner))
