"""The coverage of the files of a run in lines of text: for the terminal and for a block of code on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage

_WIDEST_PATH = 60


def missed_lines(report: RunReport, *, most: int) -> list[str]:
    """A line for each changed file with changed lines that no test reached, for at most ``most`` files."""
    files = [file for file in report.patch.files if file.missing] if report.patch else []
    return list(_first(files, most, (f"{_line(file.path)}: {file.missed}" for file in files)))


def file_table(report: RunReport, most: int) -> list[str]:
    """A line for each file with its coverage and what the tests missed: first the changed files."""
    changed = {file.path for file in report.patch.files} if report.patch else set()
    files = sorted(report.covered, key=lambda file: (file.path not in changed, file.path))
    width = min(_WIDEST_PATH, max((len(file.path) for file in files), default=0))
    rows = (f"{file.percent:6.2f} %  {_line(file.path):{width}}  {file.missed}".rstrip() for file in files)
    return list(_first(files, most, rows))


def _first(files: list[FileCoverage], most: int, lines: Iterable[str]) -> Iterator[str]:
    yield from islice(lines, most)
    left_out = len(files) - most
    if left_out > 0:
        yield f"… and {left_out} more file{'s' if left_out > 1 else ''}"


def _line(path: str) -> str:
    """A path without line breaks."""
    return " ".join(path.splitlines())
