"""The coverage of the files of a run in lines of text: for the terminal and for a block of code on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import islice

from ci_kit.columns import padded, width
from ci_kit.report.excerpt import one_line
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage

_WIDEST_PATH = 60
# In characters. A list of missed lines on the terminal is longer only within its last range.
_BRIEF = 60


def missed_lines(report: RunReport, *, most: int) -> list[str]:
    """A line for each changed file with changed lines that no test reached, for at most ``most`` files."""
    files = [file for file in report.patch.files if file.missing] if report.patch else []
    return list(_first(files, most, (f"{one_line(file.path)}: {_brief(file.missed)}" for file in files)))


def most_missed(report: RunReport, *, most: int) -> list[str]:
    """A line for each of the ``most`` files with the most lines that no test reached."""
    files = nlargest(most, report.covered, key=lambda file: len(file.missing))
    return list(_rows([file for file in files if file.missing], brief=True))


def file_table(report: RunReport, most: int) -> list[str]:
    """A line for each file with its coverage and what the tests missed: first the changed files."""
    changed = {file.path for file in report.patch.files} if report.patch else set()
    files = sorted(report.covered, key=lambda file: (file.path not in changed, file.path))
    return list(_first(files, most, _rows(files, brief=False)))


def _rows(files: Sequence[FileCoverage], *, brief: bool) -> Iterator[str]:
    columns = min(_WIDEST_PATH, max((width(file.path) for file in files), default=0))
    for file in files:
        missed = _brief(file.missed) if brief else file.missed
        yield f"{file.percent:6.2f} %  {padded(one_line(file.path), columns)}  {missed}".rstrip()


def _first(files: list[FileCoverage], most: int, lines: Iterable[str]) -> Iterator[str]:
    yield from islice(lines, most)
    left_out = len(files) - most
    if left_out > 0:
        yield f"… and {left_out} more file{'s' if left_out > 1 else ''}"


def _brief(missed: str) -> str:
    """The beginning of a long list of lines."""
    if len(missed) <= _BRIEF:
        return missed
    return missed[: missed.rindex(",", 0, _BRIEF) + 1] + " …"
