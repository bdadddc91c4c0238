"""The error log of a server, and the output of the programs that belong to it."""

from __future__ import annotations

_SHOWN_LINES = 6


def last_errors(log: str) -> tuple[str, ...]:
    """The last errors of a log, or its last lines if it contains none."""
    return tuple(_errors(log)[-_SHOWN_LINES:])


def first_errors(log: str) -> tuple[str, ...]:
    """The first errors of a program's output: the first one is the cause of the others."""
    return tuple(_errors(log)[:_SHOWN_LINES])


def without_warnings(log: str) -> list[str]:
    """The lines of a log that can name why a server ended: a warning does not end it."""
    return [line for line in log.splitlines() if "[Warning]" not in line]


def _errors(log: str) -> list[str]:
    lines = [line for line in log.splitlines() if line.strip()]
    # "[ERROR]" is in the logs of both products and of the images' entry points, "ERROR" begins the message
    # of an init file.
    return [line for line in lines if "[ERROR]" in line or line.startswith("ERROR")] or lines
