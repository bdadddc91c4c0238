"""A server's error log, and the output of the programs beside it."""

from __future__ import annotations

KILLED = "something killed it"
"""Said of a server that ended by SIGKILL, of which its log knows nothing."""

LOOK_FOR_MEMORY = "look for a lack of memory: `dmesg` names what the kernel killed, `free -m` what there is"

_TELLING_LINES = 6


def telling_lines(log: str, *, from_start: bool = False) -> tuple[str, ...]:
    """The last errors of a log, or its last lines if it has none.

    ``from_start`` takes the first instead: what a program says when it breaks off begins with the cause.
    """
    lines = [line for line in log.splitlines() if line.strip()]
    # MariaDB's and MySQL's programs, and the entry point of their images; SQL that a server starts with.
    told = [line for line in lines if "[ERROR]" in line or line.startswith("ERROR")] or lines
    return tuple(told[:_TELLING_LINES] if from_start else told[-_TELLING_LINES:])
