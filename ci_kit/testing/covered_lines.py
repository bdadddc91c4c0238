"""Which lines of a project the tests covered."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

_ALL = 100.0
# Only a patch without a missed line has 100 percent.
_NEARLY_ALL = 99.99


@dataclass(frozen=True)
class FileCoverage:
    """The coverage of one file. ``path`` is relative to the project if it is inside; lines count from 1.

    ``missing_branches`` are pairs of lines: from, to. A negative second line means the end of the function
    or module. ``branches`` is the number of branches, 0 without branch coverage.
    """

    path: str
    percent: float
    executed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    branches: int = 0
    missing_branches: tuple[tuple[int, int], ...] = ()

    def only(self, lines: frozenset[int]) -> FileCoverage:
        """The coverage of some of the file's lines."""
        executed = tuple(line for line in self.executed if line in lines)
        missing = tuple(line for line in self.missing if line in lines)
        return FileCoverage(self.path, percent_of(len(executed), len(missing)), executed, missing)

    @property
    def missed(self) -> str:
        """The missed lines, and the missed branches between the others, as in ``3, 7-9, 12->14, 15->exit``.

        A range contains missed lines only, because a part of a file's lines may be known.
        """
        missing = set(self.missing)
        runs = groupby(enumerate(sorted(missing)), key=lambda pair: pair[1] - pair[0])
        ranges = [[line for _, line in run] for _, run in runs]
        texts = [f"{one[0]}-{one[-1]}" if len(one) > 1 else str(one[0]) for one in ranges]
        texts += [
            f"{start}->{end if end > 0 else 'exit'}"
            for start, end in self.missing_branches
            if start not in missing and end not in missing
        ]
        return ", ".join(texts)


@dataclass(frozen=True)
class PatchCoverage:
    """The coverage of the lines that a change adds or modifies, against the merge base with ``base``.

    ``files`` are the changed files with measured lines: ``executed`` and ``missing`` are changed lines only.
    """

    base: str
    files: tuple[FileCoverage, ...] = ()

    @property
    def missed(self) -> int:
        """The number of changed lines that no test reached."""
        return sum(len(file.missing) for file in self.files)

    @property
    def measured(self) -> int:
        """The number of changed lines that coverage measured."""
        return self.missed + sum(len(file.executed) for file in self.files)

    @property
    def percent(self) -> float | None:
        """With two decimals; None if coverage measured no changed line."""
        return percent_of(self.measured - self.missed, self.missed) if self.measured else None


def percent_of(executed: int, missing: int) -> float:
    """The percentage of lines that were executed, with two decimals."""
    if not missing:
        return _ALL
    return min(round(_ALL * executed / (executed + missing), 2), _NEARLY_ALL)
