"""How long something usually takes, and whether it took longer now.

Machines are busy at times. So a duration counts as slower only if it is above all earlier ones, and far above
the usual one by each of three measures: in seconds, as a ratio, and in spreads of the earlier ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 5
"""With fewer earlier durations, none is called usual."""

# In seconds.
_LONGER = 1.0
_RATIO = 1.5
_SPREADS = 5.0


@dataclass(frozen=True, slots=True)
class Slower:
    """Something that took longer than usual: ``usual`` is the median of ``runs`` earlier durations.

    ``name`` is the id of a test, or empty for all tests. Durations are in seconds.
    """

    name: str
    seconds: float
    usual: float
    runs: int


def slower(name: str, seconds: float, earlier: Sequence[float], pace: float = 1.0) -> Slower | None:
    """What to report of a duration; None if it is usual, or if too few are known.

    ``pace`` is how many times as long as usual this run takes in general.
    """
    # Most tests are quicker than what makes a test slower.
    if len(earlier) < FEWEST or seconds <= _LONGER:
        return None
    usual = median(earlier)
    spread = median([abs(one - usual) for one in earlier])
    limit = max(usual + _LONGER, usual * _RATIO, usual + _SPREADS * spread, *earlier)
    return Slower(name, seconds, usual, len(earlier)) if seconds > limit * max(pace, 1.0) else None


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
