"""Measures several ways to do the same thing in turn, and prints the results as a table."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def measure(
    ways: Mapping[str, Callable[[], object]], rounds: int, *, before: Callable[[], object] = lambda: None
) -> dict[str, list[float]]:
    """The seconds that each way took in each round.

    Each round runs all ways in turn. The first round is a warm-up, and its times are not counted. The time
    of ``before``, which runs before each way, is not counted either.
    """
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            before()
            started = time.perf_counter()
            way()
            if number:
                times[name].append(time.perf_counter() - started)
    return times


def table(times: Mapping[str, list[float]], against: str) -> str:
    """A table of minimum, median and maximum seconds, and of the median ratio to the way ``against``."""
    lines = [f"{'':<52}{'min s':>8}{'median':>8}{'max':>8}{'ratio':>8}"]
    for name, seconds in times.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, times[against], strict=True))
        figures = (min(seconds), statistics.median(seconds), max(seconds), ratio)
        lines.append(f"{name:<52}" + "".join(f"{figure:8.2f}" for figure in figures))
    return "\n".join(lines)
