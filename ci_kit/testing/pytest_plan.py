"""What the runs of pytest follow: which tests, in which order, and in how many processes."""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.testing.selection.plan import NO_PLAN, Plan
from ci_kit.testing.shards.pytest_side import ShardPlan


@dataclass(frozen=True)
class PytestPlan:
    """The ``selection`` of tests, the ``shard`` of these that runs (None: all), and the number of workers."""

    selection: Plan = NO_PLAN
    shard: ShardPlan | None = None
    workers: int = 1


ALL_TESTS = PytestPlan()
