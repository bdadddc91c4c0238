"""What the document of a shard has beside the results of its tests."""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.settings.shard import Shard
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage


@dataclass(frozen=True)
class ShardReport:
    """The shard ``number`` ``of`` so many, each with a document of its own.

    ``tests`` is the number of tests of all shards. ``digest`` is equal if two shards split the same tests by
    the same durations. ``attempt`` counts the runs of a job on GitHub. ``kind`` and ``whole_kind`` tell the
    history which runs all shards together are comparable with. ``covered`` and ``patch`` are what the tests
    of this shard cover: the coverage of the project needs all of them.
    """

    number: int
    of: int
    tests: int = 0
    digest: str = ""
    attempt: int = 1
    kind: str = ""
    whole_kind: str = ""
    covered: tuple[FileCoverage, ...] = ()
    patch: PatchCoverage | None = None

    @property
    def shard(self) -> Shard:
        """The shard, as in ``2/5``."""
        return Shard(self.number, self.of)
