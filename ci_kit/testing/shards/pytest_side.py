"""What a shard tells pytest, and what pytest made of it.

The plugin ``lent/ci_kit_shard`` reads the file, splits the tests, and leaves its facts beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ci_kit.host.machine import Host
from ci_kit.settings.shard import Shard

_FILE = "shard.json"
# The plugin's weights are in units of 0.1 ms.
_UNITS = 10_000


@dataclass(frozen=True)
class ShardPlan:
    """The shard that a run is, and the usual duration of each test in seconds, by its node id."""

    shard: Shard
    seconds: Mapping[str, float] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class ShardOfTests:
    """What a shard has of the whole suite.

    ``tests`` is the number of all tests, and ``own`` that of this shard. ``seconds`` and ``own_seconds`` are
    their usual durations, if the durations of ``known`` tests are known. ``digest`` is equal if two shards
    split the same tests by the same durations.
    """

    tests: int
    own: int
    known: int
    seconds: float
    own_seconds: float
    digest: str


def shard_arguments(host: Host, plan: ShardPlan | None, folder: Path) -> list[str]:
    """The arguments that make pytest run one shard; ``folder`` is for the files of this command."""
    if plan is None:
        return []
    document = {"number": plan.shard.number, "of": plan.shard.of, "seconds": dict(plan.seconds)}
    host.write(folder / _FILE, json.dumps(document), shown="")
    return ["-p", "ci_kit_shard", f"--ci-kit-shard={folder / _FILE}"]


def only_others_have_tests(folder: Path) -> bool:
    """Whether the command with this folder has tests, and none of them in this shard."""
    return any(one["tests"] and not one["own"] for one in _facts(folder))


def read_shard(run_folder: Path) -> ShardOfTests:
    """What the commands of a run made of their shard."""
    # Each worker of pytest-xdist splits all tests.
    found = [next(_facts(path.parent), {}) for path in sorted(run_folder.glob(f"*/{_FILE}"))]

    def total(name: str) -> int:
        return sum(int(one.get(name, 0)) for one in found)

    # A command that could not collect its tests has no facts.
    digests = [str(one["digest"]) for one in found if one] if all(found) else [""]
    return ShardOfTests(
        tests=total("tests"),
        own=total("own"),
        known=total("known"),
        seconds=total("weight") / _UNITS,
        own_seconds=total("own_weight") / _UNITS,
        digest=digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest(),
    )


def _facts(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob(f"{_FILE}.*")):
        if not path.name.endswith("~"):
            yield json.loads(path.read_text(encoding="utf-8"))
