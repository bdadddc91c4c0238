"""A server's error log."""

from __future__ import annotations

_TELLING_LINES = 6


def telling_lines(log: str) -> tuple[str, ...]:
    """The last errors of a log, or its last lines if it has none."""
    lines = log.splitlines()
    # MariaDB's and MySQL's programs, and the entry point of their images.
    return tuple(([line for line in lines if "[ERROR]" in line] or lines)[-_TELLING_LINES:])
