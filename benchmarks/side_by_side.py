"""Measuring several ways to do one thing in turn, and the table of what came of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def measure(
    ways: Mapping[str, Callable[[], object]], rounds: int, *, before: Callable[[], object] = lambda: None
) -> dict[str, list[float]]:
    """Seconds each way took in each round: all ways in turn, after a round that is not counted.

    What is done ``before`` each is not counted either.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            before()
            started = time.perf_counter()
            way()
            if number:
                taken[name].append(time.perf_counter() - started)
    return taken


def table(taken: Mapping[str, list[float]], against: str) -> str:
    """Minimum, median and maximum of each way, and the median ratio to one of them, round by round."""
    lines = [f"{'':<52}{'min s':>8}{'median':>8}{'max':>8}{'ratio':>8}"]
    for name, seconds in taken.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, taken[against], strict=True))
        figures = (min(seconds), statistics.median(seconds), max(seconds), ratio)
        lines.append(f"{name:<52}" + "".join(f"{figure:8.2f}" for figure in figures))
    return "\n".join(lines)
