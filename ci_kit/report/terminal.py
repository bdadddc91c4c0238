"""The report of a run on the terminal, or in the log of a job: short, with what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from functools import partial
from heapq import nlargest
from pathlib import Path

from ci_kit.console import Style
from ci_kit.errors import Outcome
from ci_kit.github import Runner
from ci_kit.report.covered_files import missed_lines, most_missed
from ci_kit.report.excerpt import excerpt, one_line
from ci_kit.report.groups import FailureGroup, group_failures
from ci_kit.report.run_report import RunReport
from ci_kit.report.selection_lines import selection_lines
from ci_kit.report.trend_lines import parallel_lines, slower_lines
from ci_kit.testing.results import Failure, TestResult

_GROUPS = 10
_SLOWEST = 3
_TREND_TESTS = 5
# In seconds: a faster test is not slow.
_SLOW = 1.0
# In characters.
_MESSAGE_LIMIT = 160
_CHANGED_FILES = 10
_OTHER_FILES = 5
_STYLES: dict[Outcome, Style] = {"passed": "green", "failed": "red", "no-tests": "yellow", "error": "red"}


def print_result(report: RunReport, runner: Runner) -> None:
    """Print the result, the failures, the slowest tests, what the tests missed, and what to do next.

    The command line prints the error of a run that a problem ended.
    """
    if runner.host.dry:
        runner.host.console.step("dry run", "nothing was changed")
        return
    if not report.problem:
        _print_outcome(report, runner)
    _print_selection(report, runner)
    if results := report.results:
        failures = f"{len(results.failures)}, the first of each test function or cause"
        _print_groups("failures", failures, results.failures, "red", runner)
        flaky = f"{len(results.flaky)}, which passed after a rerun"
        _print_groups("flaky", flaky, results.flaky, "yellow", runner)
        _print_slowest(results.tests, runner)
    name = partial(_short_name, runner=runner)
    _print_lines("parallel", parallel_lines(report, name, most=_TREND_TESTS), runner)
    _print_lines("slower", slower_lines(report.trend, name, most=_TREND_TESTS), runner)
    _print_coverage(report, runner)
    _print_next(report, runner)


def _print_outcome(report: RunReport, runner: Runner) -> None:
    console = runner.host.console
    title = console.styled(report.title, "bold", _STYLES[report.outcome])
    title += f", {one_line(report.reason)}" if report.reason else ""
    coverage = "" if report.coverage is None else f"coverage {report.coverage:.1f} %"
    if report.coverage_change_text:
        coverage += f" ({report.coverage_change_text} since {one_line(report.trend.base)})"
    facts = (report.counts, coverage, f"{report.seconds:.1f} s", str(report.workers))
    console.step("result", f"{title}: {', '.join(filter(None, facts))}")
    if report.zone_hint:
        console.step("timezone", one_line(report.zone_hint))


def _print_selection(report: RunReport, runner: Runner) -> None:
    lines = list(selection_lines(report.selection)) if report.selection else []
    if lines:
        runner.host.console.step("selected", one_line(lines[0]))
        _print_items(map(one_line, lines[1:]), runner)


def _print_groups(
    label: str, summary: str, failures: Sequence[Failure], style: Style, runner: Runner
) -> None:
    console = runner.host.console
    groups = group_failures(failures)
    if not groups:
        return
    console.step(label, summary)
    for group in groups[:_GROUPS]:
        console.item(_line(group, style, runner))
    if unseen := sum(len(group.failures) for group in groups[_GROUPS:]):
        console.item(f"… and {unseen} more")


def _line(group: FailureGroup, style: Style, runner: Runner) -> str:
    """A group in one line, with the place of its first failure in the form that editors open."""
    console, redactor = runner.host.console, runner.host.redactor
    first, others = group.failures[0], len(group.tests) - 1
    place = _from_here(first.path) + (f":{first.line}" if first.line else "")
    _, _, name = first.node.partition("::")
    message = excerpt(first.message, redactor, limit=_MESSAGE_LIMIT).strip().partition("\n")[0]
    parts = (
        console.styled(one_line(place), "bold") if place else "",
        one_line(excerpt(name, redactor, limit=_MESSAGE_LIMIT)),
        f"(and {others} more)" if others else "",
        one_line(excerpt(f"[{'; '.join(group.runs)}]", redactor, limit=_MESSAGE_LIMIT)) if group.runs else "",
    )
    return f"{' '.join(filter(None, parts))}: {console.styled(one_line(message), style)}"


def _print_slowest(tests: Iterable[TestResult], runner: Runner) -> None:
    slow = nlargest(_SLOWEST, (test for test in tests if test.seconds > _SLOW), key=lambda test: test.seconds)
    if not slow:
        return
    runner.host.console.step("slowest", "the tests that took more than a second")
    times = [f"{test.seconds:.1f} s" for test in slow]
    for time, test in zip(times, slow, strict=True):
        shown = f"{test.node} [{test.run}]" if test.run else test.node
        name = one_line(excerpt(shown, runner.host.redactor, limit=_MESSAGE_LIMIT))
        runner.host.console.item(f"{time:>{len(times[0])}} {name}")


def _short_name(node: str, runner: Runner) -> str:
    return one_line(excerpt(node, runner.host.redactor, limit=_MESSAGE_LIMIT))


def _print_lines(label: str, lines: Sequence[str], runner: Runner) -> None:
    if lines:
        runner.host.console.step(label, lines[0])
        _print_items(lines[1:], runner)


def _print_coverage(report: RunReport, runner: Runner) -> None:
    """Print what the tests missed: of the change, or of all files if the change is unknown."""
    if report.patch_facts:
        runner.host.console.step("patch", f"coverage {report.patch_facts}")
        _print_items(missed_lines(report, most=_CHANGED_FILES), runner)
    elif report.patch is None and (lines := most_missed(report, most=_OTHER_FILES)):
        runner.host.console.step("missed", "the files with the most lines that no test reached")
        _print_items(lines, runner)


def _print_items(lines: Iterable[str], runner: Runner) -> None:
    for line in lines:
        runner.host.console.item(line)


def _print_next(report: RunReport, runner: Runner) -> None:
    """Print the command that runs the failed tests again, and where there is more about them."""
    if not report.again:
        return
    console = runner.host.console
    if runner.present:
        console.step("next", "on your machine, this runs the failed tests again:")
    else:
        console.step("next", "run the failed tests again (-vv shows whole values, --pdb opens a debugger):")
    console.command(console.styled(shlex.join(report.again), "bold"))
    if runner.run_url:
        console.step("more", f"tracebacks and output of the failed tests: {runner.run_url}")


def _from_here(path: str) -> str:
    """A path relative to the current folder, if it is in there."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if path and Path(path).is_relative_to(here) else path
