"""The coverage of a file and of a change in figures and ranges."""

from __future__ import annotations

from typing import Any

import pytest

from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage


@pytest.mark.parametrize(
    ("lines", "missed"),
    [
        ({}, ""),
        ({"executed": (1, 2)}, ""),
        ({"missing": (3,)}, "3"),
        ({"executed": (1, 6), "missing": (3, 4, 8)}, "3-4, 8"),
        # Nothing is known of line 5.
        ({"executed": (1,), "missing": (3, 4, 6)}, "3-4, 6"),
        ({"executed": (1, 2), "missing": (3,), "missing_branches": ((2, 3), (3, 9))}, "3"),
        ({"executed": (1, 2), "missing": (3,), "missing_branches": ((1, 2), (2, 3))}, "3, 1->2"),
        ({"executed": (1, 2), "missing_branches": ((2, -1),)}, "2->exit"),
    ],
)
def test_the_missed_lines_are_shown_as_ranges(lines: dict[str, Any], missed: str) -> None:
    assert FileCoverage("app.py", 0.0, **lines).missed == missed


@pytest.mark.parametrize(
    ("executed", "missing", "percent"),
    [(0, 0, None), (1, 0, 100.0), (0, 1, 0.0), (2, 1, 66.67), (10**6, 1, 99.99)],
)
def test_only_a_change_without_a_missed_line_has_all(
    executed: int, missing: int, percent: float | None
) -> None:
    file = FileCoverage("app.py", 0.0, tuple(range(executed)), tuple(range(executed, executed + missing)))
    assert PatchCoverage("main", (file,)).percent == percent
