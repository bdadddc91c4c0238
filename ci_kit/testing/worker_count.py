"""How many workers a machine has room for, and why."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1 << 20
_GIB = 1 << 30
_RESERVE = 256 * _MIB
"""For the process of a worker, and for what its server adds to its memory during the tests.

A server fills its buffer pool by and by: 128 MiB by default, in both products.
"""

_LEFT_OVER = 0.25
"""The part of the free memory that the workers leave to everything else."""


@dataclass(frozen=True)
class WorkerCount:
    """A number of workers, and why it was chosen."""

    number: int
    why: str


def choose_count(cores: int, free: int | None, server: int) -> WorkerCount:
    """As many workers as there are cores, or fewer if the memory is short.

    ``free`` is the memory that processes can still use, None if it is unknown. ``server`` is the memory that
    the servers of one worker take at their start; 0 if the workers share a server. Both are in bytes.
    """
    machine = "1 core" if cores == 1 else f"{cores} cores"
    if free is None:
        return WorkerCount(cores, f"{machine}; the free memory is unknown here")
    each = server + _RESERVE
    fitting = int(free * (1 - _LEFT_OVER)) // each
    number = max(1, min(cores, fitting))
    measured = (
        f"{size(server)} for its server (measured) and {size(_RESERVE)} for its tests"
        if server
        else size(each)
    )
    left = f"{size(max(0, free - number * each))} of {size(free)} stay free"
    if number == 1:
        # pytest itself runs the tests, with the server of the run.
        left = f"{size(free)} are free"
    return WorkerCount(number, f"{machine}; a worker needs {measured}; {left}")


def size(count: int) -> str:
    """A number of bytes as people read it."""
    return f"{count / _GIB:.1f} GiB" if count >= _GIB else f"{count / _MIB:.0f} MiB"
