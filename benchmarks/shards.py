"""Splits a real suite into shards, and compares the longest shard with the mean of all.

The durations are those of each unit test of ci-kit in two runs. A history has those of the first run. The
shards are measured by both: by what the history knows, and by what happens next. pytest-split is the peer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ci_kit.testing.lent.ci_kit_shard.split import file_of, split, weights_of
from tests.support.environments import environment

_DURATIONS = Path(__file__).with_name("two_runs.json")
_ROW = "{:<40}{:>8}{:>12}{:>12}{:>14}"
# Runs in the environment that has pytest-split.
_PEER = """\
import json, sys
from pytest_split.algorithms import Algorithms
class Item:
    def __init__(self, nodeid): self.nodeid = nodeid
nodes, seconds, shards = json.load(sys.stdin)
groups = Algorithms[sys.argv[1]].value(shards, [Item(node) for node in nodes], seconds)
print(json.dumps([[item.nodeid for item in group.selected] for group in groups]))
"""

Shards = list[list[str]]


def two_runs() -> tuple[dict[str, float], dict[str, float]]:
    """The duration of each test in seconds, in two runs. The ids have the order of the tests, not names."""
    first: dict[str, float] = {}
    second: dict[str, float] = {}
    for file, durations in json.loads(_DURATIONS.read_text(encoding="utf-8")).items():
        for number, (before, after) in enumerate(durations):
            first[f"{file}::{number:05}"], second[f"{file}::{number:05}"] = before, after
    return first, second


def whole_files(seconds: Mapping[str, float], shards: int) -> Shards:
    """Each file to the shard with the least time, as many people do it by hand."""
    files: dict[str, list[str]] = {}
    for node in seconds:
        files.setdefault(file_of(node), []).append(node)
    found: Shards = [[] for _ in range(shards)]
    for file in sorted(files, key=lambda one: -sum(seconds[node] for node in files[one])):
        min(found, key=lambda shard: sum(seconds[node] for node in shard)).extend(files[file])
    return found


def peer(algorithm: str, seconds: Mapping[str, float], shards: int) -> Shards:
    done = subprocess.run(
        [environment("splits"), "-c", _PEER, algorithm],
        input=json.dumps([[*seconds], seconds, shards]),
        capture_output=True,
        text=True,
        check=True,
    )
    found: Shards = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, nargs="+", default=[2, 5, 20])
    arguments = parser.parse_args()
    first, second = two_runs()
    ways: Mapping[str, Callable[[int], Shards]] = {
        "ci-kit, with a history": lambda number: split(weights_of(second, first), number),
        "ci-kit, without a history": lambda number: split(weights_of(second, {}), number),
        "whole files, with a history": lambda number: whole_files(first, number),
        "pytest-split, least_duration": lambda number: peer("least_duration", first, number),
        "pytest-split, duration_based_chunks": lambda number: peer("duration_based_chunks", first, number),
    }
    files = {file_of(node) for node in second}
    print(f"{len(second)} tests in {len(files)} files, {sum(second.values()):.0f} s")
    print(_ROW.format("", "shards", "first run", "second run", "files set up"))
    for number in arguments.shards:
        for name, way in ways.items():
            found = way(number)
            longest = [f"{_longest(found, seconds):.2f}" for seconds in (first, second)]
            print(_ROW.format(name, number, *longest, _set_up(found, len(files))))


def _longest(shards: Iterable[list[str]], seconds: Mapping[str, float]) -> float:
    """The time of the longest shard against the mean."""
    times = [sum(seconds[node] for node in shard) for shard in shards]
    return max(times) / (sum(times) / len(times))


def _set_up(shards: Iterable[list[str]], files: int) -> str:
    """How many times a file is set up, against once."""
    return f"{sum(len({file_of(node) for node in shard}) for shard in shards) / files:.2f}"


if __name__ == "__main__":
    main()
