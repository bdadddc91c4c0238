"""Simulates a suite of 100,000 tests on many runners: the time until the result, and the cost.

Usage: python -m benchmarks.scale [--tests NUMBER] [--svg FILE]

docs/scale.md has the sources of the figures below, and the results. The simulation is the same in each call.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_DURATIONS = Path(__file__).with_name("durations.txt")
RUNNERS = (1, 5, 20, 100)
WORKERS = (1, 2, 4)
_CURVE = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 256)
_ROUNDS = 400
_MINUTE = 60

# In dollars: a minute of a Linux runner with two cores (x64).
_RATE = 0.006
# In dollars: what a minute is worth to the person who waits for the result. 60 dollars an hour.
_WORTH = 1.0


@dataclass(frozen=True)
class Job:
    """What a job takes besides its tests, in seconds.

    ``waits`` are the times until a runner starts, each with its probability; they are not billed. ``setup``
    is the runner's own set-up and the check-out. ``collect`` is for 1,000 tests, and ``report`` for their
    reports. ``merge`` is for the data of one shard: its download and combination. The speed of runners
    differs by a factor with the standard deviation ``spread``.
    """

    waits: tuple[tuple[float, float], ...] = ((10.0, 0.90), (60.0, 0.09), (300.0, 0.01))
    setup: float = 8.0
    action: float = 1.3
    install: float = 0.6
    boot: float = 0.55
    collect: float = 0.44
    report: float = 0.077
    merge: float = 0.5
    spread: float = 0.1


SPEED_UP = {1: 1.0, 2: 1.6, 4: 1.4}
"""How many times as fast the tests run with workers, on two cores."""


def durations(number: int) -> list[float]:
    """The durations of tests in seconds, drawn from those of a real suite."""
    lines = _DURATIONS.read_text(encoding="utf-8").splitlines()
    real = [float(line) for line in lines if not line.startswith("#")]
    return random.Random(1).choices(real, k=number)  # noqa: S311  (a simulation)


def split(seconds: Iterable[float], shards: int) -> list[float]:
    """The time of each shard: the longest test goes to the shard with the least time (LPT)."""
    loads = [0.0] * shards
    for one in sorted(seconds, reverse=True):
        heapq.heapreplace(loads, loads[0] + one)
    return loads


@dataclass(frozen=True)
class Outcome:
    """The mean of many simulated runs: minutes until the result, billed minutes, and dollars.

    One run in 20 takes ``slow_wall`` minutes or more.
    """

    runners: int
    workers: int
    wall: float
    slow_wall: float
    billed: int

    @property
    def cost(self) -> float:
        return self.billed * _RATE


def simulate(loads: Sequence[float], tests: int, workers: int, job: Job) -> Outcome:
    """Many runs of a suite that is split into ``loads`` seconds of tests. Each shard collects all tests."""
    chance = random.Random(2)  # noqa: S311  (a simulation)
    fixed = job.setup + job.action + job.install + job.boot
    reports = job.report * tests / 1000
    # Each worker collects all tests, two at a time.
    collecting = job.collect * tests / 1000 * max(1, workers / 2)
    walls, bills = [], []
    for _ in range(_ROUNDS):
        ends, billed = [], 0
        for load in loads:
            speed = max(chance.gauss(1, job.spread), 0.5)
            work = fixed + collecting + load / SPEED_UP[workers] + reports / len(loads)
            ends.append(_wait(chance, job) + work * speed)
            billed += math.ceil(work * speed / _MINUTE)
        end = max(ends)
        if len(loads) > 1:
            merging = job.setup + job.action + job.merge * len(loads) + reports
            end += _wait(chance, job) + merging
            billed += math.ceil(merging / _MINUTE)
        walls.append(end / _MINUTE)
        bills.append(billed)
    slow = statistics.quantiles(walls, n=20)[-1]
    return Outcome(len(loads), workers, statistics.mean(walls), slow, round(statistics.mean(bills)))


def _wait(chance: random.Random, job: Job) -> float:
    seconds, weights = zip(*job.waits, strict=True)
    return float(chance.choices(seconds, weights)[0])


def paying(curve: Sequence[Outcome]) -> Iterator[tuple[Outcome, Outcome, float]]:
    """Each step of a curve, with the dollars for a minute that it saves; infinite if it saves none."""
    for fewer, more in pairwise(curve):
        saved = fewer.wall - more.wall
        yield fewer, more, (more.cost - fewer.cost) / saved if saved > 0 else math.inf


def last_that_pays(curve: Sequence[Outcome]) -> Outcome:
    """The outcome after which another step costs more than the minutes that it saves are worth."""
    best = curve[0]
    for _, more, price in paying(curve):
        if price > _WORTH:
            break
        best = more
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tests", type=int, default=100_000)
    parser.add_argument("--svg", type=Path, help="file for a drawing of the curves")
    arguments = parser.parse_args()
    seconds = durations(arguments.tests)
    print(
        f"{arguments.tests} tests, {sum(seconds) / 3600:.2f} hours;"
        f" median {statistics.median(seconds):.3f} s, longest {max(seconds):.1f} s"
    )
    shards = {number: split(seconds, number) for number in sorted({*_CURVE, *RUNNERS})}
    curves = {
        workers: [simulate(loads, arguments.tests, workers, Job()) for loads in shards.values()]
        for workers in WORKERS
    }
    heading = f"{'runners':>8}{'workers':>8}{'minutes':>9}{'1 in 20':>9}{'billed':>8}{'dollars':>9}"
    print(heading)
    for curve in curves.values():
        for one in curve:
            if one.runners in RUNNERS:
                times = f"{one.wall:9.1f}{one.slow_wall:9.1f}"
                print(f"{one.runners:8}{one.workers:8}{times}{one.billed:8}{one.cost:9.2f}")
    for workers, curve in curves.items():
        print(f"\nfrom to: minutes saved, dollars more, dollars for a minute; {workers} workers")
        for fewer, more, price in paying(curve):
            saved, dollars = fewer.wall - more.wall, more.cost - fewer.cost
            print(f"{fewer.runners:4}{more.runners:4}:{saved:7.1f}{dollars:7.2f}{price:8.2f}")
        print(f"more runners pay up to {last_that_pays(curve).runners}")
    if arguments.svg:
        from benchmarks.scale_drawing import drawing

        arguments.svg.write_text(drawing(curves), encoding="utf-8")


if __name__ == "__main__":
    main()
