"""The result of a run, and the changed lines that no test reached, on the terminal."""

from __future__ import annotations

from ci_kit.github import Runner
from ci_kit.report.covered_files import missed_lines
from ci_kit.report.run_report import RunReport

_MOST_FILES = 10


def print_result(report: RunReport, runner: Runner) -> None:
    """Print the result in one line, and what a change leaves untested.

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
