"""The result of a run, and the changed lines that no test reached, on the terminal."""

from __future__ import annotations

from heapq import nlargest
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.report.covered_files import missed_lines
from ci_kit.report.excerpt import excerpt
from ci_kit.report.groups import FailureGroup, group_failures
from ci_kit.report.run_report import RunReport
from ci_kit.testing.results import Results

_FAILURES = 10
_SLOWEST = 3
# In seconds: a faster test is not slow.
_SLOW = 1.0
# In characters.
_MESSAGE_LIMIT = 160

_MOST_FILES = 10


def print_result(report: RunReport, runner: Runner) -> None:
    """Print the result in one line, then what a change leaves untested, the failures and the slowest tests.

    The command line prints the error of a run that a problem ended.
    """
    console = runner.host.console
    if runner.host.dry:
        console.step("dry run", "nothing was changed")
        return
    if report.patch_facts:
        console.step("patch", f"coverage {report.patch_facts}")
        for line in missed_lines(report, most=_MOST_FILES):
            console.step("", line)
    if not report.problem:
        title = f"{report.title}, {report.reason}" if report.reason else report.title
        coverage = "" if report.coverage is None else f"coverage {report.coverage:.1f} %"
        facts = (report.counts, coverage, f"{report.seconds:.1f} s")
        console.step("result", f"{title}: {', '.join(filter(None, facts))}")
        if report.zone_hint:
            console.step("timezone", report.zone_hint)
    if report.results:
        _print_failures(report.results, runner)
        _print_slowest(report.results, runner)


def _print_failures(results: Results, runner: Runner) -> None:
    console = runner.host.console
    groups = group_failures(results.failures)
    if not groups:
        return
    console.step("failures", f"{len(results.failures)}, the first of each test function or cause")
    for group in groups[:_FAILURES]:
        console.item(_line(group, runner))
    if unseen := sum(len(group.failures) for group in groups[_FAILURES:]):
        console.item(f"… and {unseen} more")


def _line(group: FailureGroup, runner: Runner) -> str:
    """A group in one line, with the place of its first failure in the form that editors open."""
    first, others = group.failures[0], len(group.failures) - 1
    _, _, name = first.node.partition("::")
    place = _from_here(first.path) + (f":{first.line}" if first.line else "")
    message = excerpt(first.message, runner.host.redactor, limit=_MESSAGE_LIMIT).strip().partition("\n")[0]
    more = f" (and {others} more)" if others else ""
    return " ".join(filter(None, (place, name.replace("\n", " ")))) + f"{more}: {message}"


def _print_slowest(results: Results, runner: Runner) -> None:
    slow = [test for test in results.tests if test.seconds > _SLOW]
    if slow:
        runner.host.console.step("slowest", "the tests that took more than a second")
        for test in nlargest(_SLOWEST, slow, key=lambda test: test.seconds):
            runner.host.console.item(f"{test.seconds:.1f} s {test.node}")


def _from_here(path: str) -> str:
    """A path relative to the current folder, if it is in there."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if path and Path(path).is_relative_to(here) else path
