"""A run of one shard: the plan, what pytest made of it, and what `ci-kit combine` needs later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.history.kind import run_kind
from ci_kit.history.planning import usual_seconds
from ci_kit.report.shard_report import ShardReport
from ci_kit.settings.settings import Settings
from ci_kit.testing.coverage import CoverageReport
from ci_kit.testing.covered_lines import PatchCoverage
from ci_kit.testing.results import number_of_tests
from ci_kit.testing.shards.pytest_side import ShardPlan, read_shard

_LEFT_TO_COMBINE = ("fail-under", "patch-fail-under", "min-tests", "comment", "badge")


class ShardRun:
    """The shard of a run. ``plan`` and ``report`` are None if the run is for all tests."""

    def __init__(self, runner: Runner, settings: Settings) -> None:
        self._runner = runner
        self._settings = settings
        self.plan: ShardPlan | None = None
        self.report: ShardReport | None = None
        if shard := settings.shard:
            self.report = ShardReport(shard.number, shard.of, attempt=runner.attempt)

    def choose(self, *, name: str, workers: int) -> None:
        """Read the durations of the tests. ``name`` is that of the run."""
        shard = self._settings.shard
        if not shard or not self.report:
            return
        kinds = [run_kind(name, self._settings, self._runner, workers=number) for number in (workers, 1)]
        self.plan = ShardPlan(shard, usual_seconds(self._runner, self._settings, kinds))
        self.report = replace(self.report, kind=kinds[0][1], whole_kind=kinds[-1][1])

    def with_coverage(
        self, coverage: CoverageReport | None, patch: PatchCoverage | None
    ) -> ShardReport | None:
        """What the document has about the shard."""
        covered = coverage.files if coverage else ()
        return self.report and replace(self.report, covered=covered, patch=patch)

    def read(self, run_folder: Path) -> None:
        """Read what pytest made of the plan, and tell it."""
        if not self.report or self._runner.host.dry:
            return
        found = read_shard(run_folder)
        if not found.digest:
            return
        self.report = replace(self.report, tests=found.tests, digest=found.digest)
        text = f"{self.report.shard}: {found.own} of {number_of_tests(found.tests)}"
        if found.known:
            text += f", usually {found.own_seconds:.1f} of {found.seconds:.1f} s"
        elif found.tests:
            text += ", split by files, because the history has no durations"
        console = self._runner.host.console
        console.step("shard", text)
        if left := [name for name in _LEFT_TO_COMBINE if self._settings.given(name)]:
            console.step("shard", f"`ci-kit combine` applies {', '.join(left)}")
