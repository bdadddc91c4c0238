"""Several wrong settings, reported in one error."""

from __future__ import annotations

from collections.abc import Sequence

from ci_kit.errors import UsageError


def raise_problems(problems: Sequence[UsageError]) -> None:
    """Raise UsageError for all of the problems; do nothing if there is none."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise UsageError(
            f"{len(problems)} settings are wrong",
            details=tuple(line for problem in problems for line in problem.lines()),
            todo="correct all of them",
        )
