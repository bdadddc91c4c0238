"""The runs of a report of several runs, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from ci_kit.columns import padded, width
from ci_kit.github import Runner
from ci_kit.report.excerpt import one_line
from ci_kit.report.run_report import RunReport


def print_runs(report: RunReport, runner: Runner) -> None:
    """Print a line for each run, and below it why it did not pass."""
    if not report.runs:
        return
    console = runner.host.console
    console.step("runs", str(len(report.runs)))
    for line in _table(report):
        console.item(line)


def _table(report: RunReport) -> Iterator[str]:
    rows = [_cells(run) for run in report.runs]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for run, row in zip(report.runs, rows, strict=True):
        yield "  ".join(map(padded, row, widths)).rstrip()
        if run.outcome != "passed" and (why := run.problem or run.reason):
            yield f"  {one_line(why.splitlines()[0])}"


def _cells(run: RunReport) -> tuple[str, ...]:
    coverage = "" if run.coverage is None else f"{run.coverage:.1f} %"
    return run.outcome, one_line(run.name), one_line(run.counts), coverage, f"{run.seconds:.1f} s"
