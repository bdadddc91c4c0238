"""Failed and flaky tests, and warnings, as annotations: GitHub shows each one at its line of the code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from ci_kit.github import Runner
from ci_kit.redaction import Redactor
from ci_kit.report.excerpt import excerpt
from ci_kit.report.groups import FailureGroup, group_failures
from ci_kit.report.run_report import RunReport
from ci_kit.testing.results import WarningRecord

_Level: TypeAlias = Literal["error", "warning"]
_Annotated: TypeAlias = FailureGroup | WarningRecord


def annotate(report: RunReport, runner: Runner) -> None:
    """Annotate each group of failures and of flaky tests, and then the warnings.

    GitHub drops those above its limit, so the last one has the number of the others.
    """
    results = report.results
    if results is None:
        return
    # The error that ends the run is an annotation too, and comes later.
    later = 1 if report.problem else 0
    _annotate(runner, "error", group_failures(results.failures), later=later)
    warnings = results.warnings if report.annotate_warnings else ()
    others = results.more_warnings if report.annotate_warnings else 0
    _annotate(runner, "warning", (*group_failures(results.flaky), *warnings), others=others)


def _annotate(
    runner: Runner, level: _Level, found: Sequence[_Annotated], *, later: int = 0, others: int = 0
) -> None:
    room = max(runner.annotations_left(level) - later, 0)
    shown, hidden = found[:room], found[room:]
    unseen = sum(map(_count, hidden)) + others
    for number, one in enumerate(shown, start=1):
        message, title = _texts(one, level, runner.host.redactor)
        if unseen and number == len(shown):
            message += f"\n\n{unseen} more are not annotated: GitHub shows only the first of each step."
        place = one.failures[0] if isinstance(one, FailureGroup) else one
        file = runner.relative(Path(place.path)) if place.path else ""
        runner.annotate(level, message, title=title, file=file, line=place.line)


def _count(one: _Annotated) -> int:
    return len(one.failures) if isinstance(one, FailureGroup) else one.count


def _texts(one: _Annotated, level: _Level, redactor: Redactor) -> tuple[str, str]:
    """The message and the title of an annotation."""
    if isinstance(one, WarningRecord):
        message = excerpt(f"{one.category}: {one.message}", redactor)
        times = f", {one.count} times" if one.count > 1 else ""
        return message, f"{excerpt(one.node or 'outside of tests', redactor)} (warning{times})"
    first, others = one.failures[0], len(one.tests) - 1
    what = first.stage if level == "error" else "passed after a rerun"
    message = excerpt(first.message, redactor, kept="end" if first.stage == "collection" else "beginning")
    if one.runs:
        message += f"\n\nRuns: {excerpt('; '.join(one.runs), redactor)}"
    return message, excerpt(first.node, redactor) + f" ({what})" + (f" and {others} more" if others else "")
