"""The drawing of docs/scale.md: the time until the result and the cost, by the number of runners."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.scale import Outcome

_WIDTH, _HEIGHT = 720, 300
_LEFT, _TOP, _PANEL, _GAP = 50, 40, 270, 80
_BOTTOM = _HEIGHT - 50
_COLOURS = ("#0969da", "#1a7f37", "#bf3989")
_TICKS = (1, 5, 20, 100, 256)


def drawing(curves: Mapping[int, Sequence[Outcome]]) -> str:
    """The drawing as SVG: one line for each number of workers."""
    first = "Minutes until the result"
    second = "Dollars for a run"
    parts = [
        *_panel(_LEFT, first, curves, lambda one: one.wall),
        *_panel(_LEFT + _PANEL + _GAP, second, curves, lambda one: one.cost),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="12"><title>{first}, and {second.lower()}, by the number of'
        f' runners</title><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _panel(
    left: int, title: str, curves: Mapping[int, Sequence[Outcome]], value: Callable[[Outcome], float]
) -> Iterator[str]:
    values = [value(one) for curve in curves.values() for one in curve]
    low, high = math.log10(min(values) * 0.9), math.log10(max(values) * 1.1)

    def x(runners: int) -> float:
        return left + _PANEL * math.log(runners) / math.log(_TICKS[-1])

    def y(number: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (math.log10(number) - low) / (high - low)

    yield f'<text x="{left}" y="{_TOP - 16}" font-weight="bold">{title}</text>'
    yield f'<path d="M{left} {_TOP}V{_BOTTOM}H{left + _PANEL}" fill="none" stroke="#57606a"/>'
    for tick in _TICKS:
        yield f'<text x="{x(tick):.0f}" y="{_BOTTOM + 16}" text-anchor="middle">{tick}</text>'
    yield f'<text x="{left + _PANEL / 2:.0f}" y="{_BOTTOM + 34}" text-anchor="middle">runners</text>'
    for number in (1, 2, 5, 10, 20, 50, 100, 200):
        if low <= math.log10(number) <= high:
            yield f'<text x="{left - 6}" y="{y(number) + 4:.0f}" text-anchor="end">{number}</text>'
            yield f'<path d="M{left} {y(number):.1f}h{_PANEL}" stroke="#d0d7de"/>'
    for colour, (workers, curve) in zip(_COLOURS, curves.items(), strict=True):
        points = " ".join(f"{x(one.runners):.1f},{y(value(one)):.1f}" for one in curve)
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        # There is room in the first panel only.
        name = f"{workers} worker{'s' if workers > 1 else ''} on each" if left == _LEFT else ""
        place = _TOP + 14 + 16 * _COLOURS.index(colour)
        yield f'<text x="{left + _PANEL - 4}" y="{place}" text-anchor="end" fill="{colour}">{name}</text>'
