"""Failed and flaky tests as annotations: GitHub shows each one at its line of the code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from ci_kit.github import Runner
from ci_kit.report.excerpt import excerpt
from ci_kit.report.groups import FailureGroup, group_failures
from ci_kit.report.run_report import RunReport


def annotate_failures(report: RunReport, runner: Runner) -> None:
    """Annotate the failures and the flaky tests, one annotation for each group of them.

    GitHub drops those above its limit, so the last one has the number of the others.
    """
    if report.results is None:
        return
    # The error that ends the run is an annotation too, and comes later.
    later = 1 if report.problem else 0
    _annotate(runner, "error", group_failures(report.results.failures), later)
    _annotate(runner, "warning", group_failures(report.results.flaky), 0)


def _annotate(
    runner: Runner, level: Literal["error", "warning"], groups: tuple[FailureGroup, ...], later: int
) -> None:
    room = max(runner.annotations_left(level) - later, 0)
    shown, hidden = groups[:room], groups[room:]
    unseen = sum(len(group.failures) for group in hidden)
    for number, group in enumerate(shown, start=1):
        _annotate_group(runner, level, group, unseen if number == room else 0)


def _annotate_group(
    runner: Runner, level: Literal["error", "warning"], group: FailureGroup, unseen: int
) -> None:
    redactor = runner.host.redactor
    first, others = group.failures[0], len(group.failures) - 1
    what = first.stage if level == "error" else "passed after a rerun"
    message = excerpt(first.message, redactor, kept="end" if first.stage == "collection" else "beginning")
    if group.runs:
        message += f"\n\nRuns: {excerpt('; '.join(group.runs), redactor)}"
    if unseen:
        message += f"\n\n{unseen} more are not annotated: GitHub shows only the first of each step."
    runner.annotate(
        level,
        message,
        title=excerpt(first.node, redactor) + f" ({what})" + (f" and {others} more" if others else ""),
        file=runner.relative(Path(first.path)) if first.path else "",
        line=first.line,
    )
