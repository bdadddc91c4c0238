"""The data that every format of the report presents."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ci_kit.errors import Outcome
from ci_kit.history.trend import NO_TREND, Trend
from ci_kit.report.markdown import plain
from ci_kit.report.shard_report import ShardReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Results
from ci_kit.testing.selection.plan import Selection

NOT_IN_DOCUMENT = "not in document"
"""The metadata of a field that only this machine can use."""

_TITLES: dict[Outcome, str] = {
    "passed": "Tests passed",
    "failed": "Tests failed",
    "no-tests": "No tests to run",
    "error": "The job could not finish",
}


# In percentage points: with one decimal, a smaller change would be 0.0.
_SHOWN_CHANGE = 0.05


def failed_title(outcome: Outcome) -> str:
    """The title of a job that an error ended."""
    return "The job failed" if outcome == "failed" else _TITLES["error"]


@dataclass(frozen=True)
class Step:
    """A step of the job. Times are in seconds since the job began; steps may overlap."""

    name: str
    began: float
    ended: float


@dataclass(frozen=True)
class WorkersUsed:
    """The processes that ran the tests at the same time, and the servers that were theirs alone."""

    count: int = 1
    servers: int = 0

    def __str__(self) -> str:
        """Both in a few words; empty for one process."""
        if self.count == 1:
            return ""
        own = f", with {self.servers} servers of their own" if self.servers else ""
        return f"{self.count} workers{own}"


ONE_WORKER = WorkersUsed()


@dataclass(frozen=True)
class RunReport:
    """A finished run. Versions are empty if the run ended before ci-kit knew them.

    ``results`` is None without a report from pytest, ``coverage`` (in percent) without a measurement.
    ``covered`` are the measured files. ``patch`` is None if the change of the run is unknown.
    ``problem`` has the lines of the error that ended the run. ``reason`` says more about a failure.
    ``trend`` compares the run with earlier runs. ``selection`` says which tests were left out, or came first;
    None if no setting asks for it. The coverage of a part of the tests is unknown.
    ``zone_is_default`` means that no setting chose the time zone. ``repository`` is the folder of the
    repository, ``root`` that of the project; None if unknown. ``again`` has the words of the command that
    runs only the failed tests again. With ``annotate_warnings``, pytest's warnings become annotations.
    ``shard`` is the part of the tests that ran; None if the run was for all of them.

    ``name`` tells this run from others, such as those of a matrix. ``began`` is the time in UTC by ISO 8601.
    A report of several runs has them in ``runs``, without their tests and files: ``results`` and ``covered``
    are those of all runs together.

    A document of the run has each field. A new one needs its description in ``document/descriptions.py``.
    """

    outcome: Outcome
    timezone: str
    mysql_version: str
    python_version: str
    results: Results | None
    coverage: float | None
    problem: str
    seconds: float
    reason: str = ""
    zone_is_default: bool = False
    covered: tuple[FileCoverage, ...] = ()
    patch: PatchCoverage | None = None
    steps: tuple[Step, ...] = ()
    repository: Path | None = field(default=None, metadata={NOT_IN_DOCUMENT: True})
    root: Path | None = None
    name: str = ""
    began: str = ""
    runs: tuple[RunReport, ...] = ()
    again: tuple[str, ...] = ()
    selection: Selection | None = None
    annotate_warnings: bool = field(default=False, metadata={NOT_IN_DOCUMENT: True})
    workers: WorkersUsed = ONE_WORKER
    shard: ShardReport | None = None

    def relative(self, path: str) -> str:
        """A path relative to the repository if it is in there."""
        root = self.repository
        return str(Path(path).relative_to(root)) if root and Path(path).is_relative_to(root) else path

    trend: Trend = NO_TREND

    @property
    def is_partial(self) -> bool:
        """Whether tests were left out because no change affects them."""
        return self.selection is not None and self.selection.partial

    @property
    def title(self) -> str:
        """The result in a few words."""
        if self.problem:
            return failed_title(self.outcome)
        if self.results and self.outcome == "passed" and self.results.only_collects:
            return "No tests ran: pytest was asked only to collect"
        if self.shard and self.outcome in ("passed", "failed"):
            empty = self.outcome == "passed" and self.results and not self.results.ended
            return f"Shard {self.shard.shard} {'is empty' if empty else self.outcome}"
        if self.selection and self.is_partial and self.outcome in ("passed", "failed"):
            return f"Affected tests {self.outcome}" if self.selection.ran else "The change affects no test"
        return _TITLES[self.outcome]

    @property
    def patch_facts(self) -> str:
        """The coverage of the change, as in ``83.33 % (2 of 12 changed lines missed)``; empty if unknown."""
        patch = self.patch
        if patch is None or patch.percent is None:
            return ""
        lines = "line" if patch.measured == 1 else "lines"
        return f"{patch.percent:.2f} % ({patch.missed} of {patch.measured} changed {lines} missed)"

    @property
    def coverage_change(self) -> float | None:
        """The coverage in percentage points above that of the base branch; None if one is unknown."""
        before = self.trend.coverage_before
        return None if self.coverage is None or before is None else round(self.coverage - before, 2)

    @property
    def tests_change(self) -> int | None:
        """The number of tests above that of the base branch; None if one is unknown."""
        before = self.trend.tests_before
        known = self.results is not None and self.results.counted
        return self.results.ended - before if self.results and known and before is not None else None

    @property
    def coverage_change_text(self) -> str:
        """The change of the coverage, as in ``+0.4``; empty if it is unknown or zero."""
        change = self.coverage_change
        if not change:
            return ""
        # A small change has a sign and digits too.
        return f"{change:+.1f}" if abs(change) >= _SHOWN_CHANGE else f"{change:+.2f}"

    @property
    def zone_hint(self) -> str:
        """What to do if tests failed because they expect another time zone; empty if that is no cause."""
        failed = self.outcome == "failed" and self.results and (self.results.failed or self.results.errors)
        if not failed or self.problem or not self.zone_is_default:
            return ""
        return f'{self.timezone}, the default; if a failure is about time, set it, as in timezone = "UTC"'

    @property
    def counts(self) -> str:
        """The counts that are not zero, as in ``12 passed, 1 skipped``, and whether some are unknown."""
        results = self.results
        if results is None or not results.complete:
            return ""
        named = {
            "passed": results.passed,
            "failed": results.failed,
            "error" if results.errors == 1 else "errors": results.errors,
            "skipped": results.skipped,
            "xfailed": results.xfailed,
            "xpassed": results.xpassed,
            "deselected": results.deselected,
            "rerun": results.reruns,
        }
        # The page shows them as they are.
        named.update((plain(name), count) for name, count in results.others)
        counts = [f"{count} {name}" for name, count in named.items() if count]
        if results.uncounted:
            noun = "run" if self.runs else "command"
            unknown = f"{results.uncounted} {noun}{'s' if results.uncounted > 1 else ''}"
            counts.append(f"counts of {unknown} unknown" if counts else "counts unknown")
        return ", ".join(counts)
