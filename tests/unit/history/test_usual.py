"""Which durations are longer than usual."""

from __future__ import annotations

import pytest

from ci_kit.history.usual import FEWEST, Slower, slower

EVEN = [0.9, 0.8, 1.0, 0.9, 0.9, 0.8, 1.0, 0.9]


def test_a_duration_far_above_the_earlier_ones_is_reported_with_the_usual_one() -> None:
    assert slower("a", 3.2, EVEN) == Slower("a", 3.2, 0.9, 8)


@pytest.mark.parametrize(
    ("seconds", "earlier"),
    [
        (3.2, EVEN[: FEWEST - 1]),
        # less than a second longer
        (1.8, EVEN),
        (0.4, [0.001] * 8),
        # less than half as long again
        (41.0, [28.0] * 8),
        # one earlier run took as long
        (3.2, [*EVEN, 3.2]),
        # the earlier durations differ as much
        (9.0, [1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 3.0, 3.0]),
        (0.1, EVEN),
    ],
)
def test_a_duration_within_the_noise_is_not_reported(seconds: float, earlier: list[float]) -> None:
    assert slower("a", seconds, earlier) is None


@pytest.mark.parametrize(("seconds", "earlier"), [(43.0, [28.0] * 8), (1.2, [0.001] * 8), (2.0, EVEN)])
def test_a_duration_just_above_every_limit_is_reported(seconds: float, earlier: list[float]) -> None:
    assert slower("a", seconds, earlier)


def test_a_machine_that_is_slow_in_general_explains_a_long_duration() -> None:
    assert slower("a", 3.2, EVEN, pace=1.5)
    assert slower("a", 3.2, EVEN, pace=2.0) is None
    # On a faster machine, the limit stays.
    assert slower("a", 1.8, EVEN, pace=0.1) is None


def test_the_usual_duration_is_the_median() -> None:
    found = slower("a", 100.0, [1.0, 2.0, 3.0, 9.0, 9.0, 1.0])
    assert found
    assert found.usual == 2.5
