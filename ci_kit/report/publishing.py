"""Where the report of a run goes.

To add a place, write a module with a function of the type :data:`Publisher`, and add it to
:data:`PUBLISHERS`. ``report_files.py`` has the reports in files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.github import Runner
from ci_kit.report.annotations import annotate
from ci_kit.report.document.printing import print_document
from ci_kit.report.outputs import set_outputs
from ci_kit.report.report_files import ReportPaths
from ci_kit.report.run_report import RunReport
from ci_kit.report.runs_table import print_runs
from ci_kit.report.summary_page import add_summary_page
from ci_kit.report.terminal import print_result
from ci_kit.settings.settings import Settings

Publisher: TypeAlias = Callable[[RunReport, Runner], None]
"""Presents the report in one place, through the runner or its host. Does nothing where it does not apply."""

PUBLISHERS: tuple[Publisher, ...] = (
    print_runs,
    print_result,
    set_outputs,
    add_summary_page,
    annotate,
    print_document,
)


def publish(
    report: RunReport, runner: Runner, files: ReportPaths, *, comment: Publisher | None = None
) -> tuple[UnavailableError, ...]:
    """Publish the report everywhere; gives an error for each file that cannot be written.

    ``comment`` writes the comment on the pull request. It comes last, because it may wait for GitHub.
    """
    errors = []
    for publisher in PUBLISHERS:
        try:
            publisher(report, runner)
        except UnavailableError as error:
            errors.append(error)
    errors += files.write(report, runner)
    if comment:
        comment(report, runner)
    return tuple(errors)


def conclude(
    report: RunReport,
    runner: Runner,
    files: ReportPaths,
    *,
    code: int,
    problem: CiKitError | None = None,
    comment: Publisher | None = None,
) -> int:
    """Publish the report of a run; gives its exit code. Raises ``problem``, the error that ended the run.

    Raises UnavailableError if a file cannot be written and neither the tests nor a problem failed the run.
    """
    with runner.host.console.progress("report", "writing"):
        unwritten = publish(report, runner, files, comment=comment)
    decisive = problem or (unwritten[0] if unwritten and not code else None)
    show_errors([error for error in unwritten if error is not decisive], runner)
    if decisive:
        decisive.reported = True
        raise decisive
    return code


def show_errors(errors: Sequence[CiKitError], runner: Runner) -> None:
    """Show errors that do not decide how the run ends."""
    for error in errors:
        show_error("\n".join(error.lines()), runner)


def show_error(text: str, runner: Runner) -> None:
    """Show the lines of an error."""
    text = runner.host.redactor.redact(text)
    runner.host.console.error(text.splitlines())
    runner.annotate("error", text, title="ci-kit")


def comment_writer(settings: Settings) -> Publisher | None:
    """What writes the comment on the pull request; None if the settings ask for none."""
    if settings.comment == "no":
        return None
    # Most runs write none.
    from ci_kit.report.comment.writing import CommentWriter

    return CommentWriter(settings.root.absolute(), settings.run_name)
