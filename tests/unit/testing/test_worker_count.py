"""How many workers fit, and how that is explained."""

from __future__ import annotations

import pytest

from ci_kit.testing.worker_count import choose_count, size

GIB = 1 << 30


@pytest.mark.parametrize(
    ("cores", "free", "server", "number"),
    [
        (4, 16 * GIB, 590 << 20, 4),
        (16, 16 * GIB, 590 << 20, 14),
        (2, GIB, 590 << 20, 1),
        (4, 2 * GIB, 128 << 20, 4),
        (8, 2 * GIB, 0, 6),
        (4, 0, 0, 1),
        (3, None, 590 << 20, 3),
    ],
)
def test_there_are_as_many_workers_as_cores_and_memory_allow(
    cores: int, free: int | None, server: int, number: int
) -> None:
    assert choose_count(cores, free, server).number == number


def test_the_choice_says_what_was_measured_and_what_stays_free() -> None:
    assert choose_count(4, 16 * GIB, 590 << 20).why == (
        "4 cores; a worker needs 590 MiB for its server (measured) and 256 MiB for its tests;"
        " 12.7 GiB of 16.0 GiB stay free"
    )
    assert choose_count(1, 16 * GIB, 0).why == "1 core; a worker needs 256 MiB; 16.0 GiB are free"
    assert choose_count(2, None, 1).why == "2 cores; the free memory is unknown here"


def test_sizes_have_the_unit_that_fits() -> None:
    assert (size(0), size(1 << 20), size(GIB - 1), size(3 * GIB // 2)) == (
        "0 MiB",
        "1 MiB",
        "1024 MiB",
        "1.5 GiB",
    )
