"""What a run says about the tests that it left out, or ran first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_kit.settings.settings import Settings
from ci_kit.testing.coverage import CoverageReport
from ci_kit.testing.results import number_of_tests
from ci_kit.testing.selection.plan import Selection

_SHOWN_CHANGES = 10


def with_thresholds(
    selection: Selection | None, settings: Settings, coverage: CoverageReport | None
) -> Selection | None:
    """The selection with a note for each threshold that is not applied because tests were left out."""
    if selection is None or not selection.partial:
        return selection
    total = selection.ran + selection.skipped
    why = f"only {selection.ran} of {number_of_tests(total)} ran"
    names = {
        "fail-under": settings.fail_under or (coverage and coverage.below_threshold),
        "min-tests": settings.min_tests,
        # Every test that reaches a changed line runs, so patch coverage is known if any test runs.
        "patch-fail-under": settings.patch_fail_under and not coverage,
    }
    notes = [f"{name} is not applied, because {why}" for name, applies in names.items() if applies]
    return replace(selection, notes=(*selection.notes, *notes))


def selection_lines(selection: Selection, *, most: int = _SHOWN_CHANGES) -> Iterator[str]:
    """What was left out and why, the first line in general, then one line for each change."""
    if selection.everything:
        yield f"all tests ran, because {selection.everything}"
    elif selection.partial or selection.changes:
        new = f", {selection.new} of them new or not measured" if selection.new else ""
        yield (
            f"{selection.ran} of {number_of_tests(selection.ran + selection.skipped)} ran{new};"
            f" no change affects the other {selection.skipped}"
        )
        for change in selection.changes[:most]:
            yield f"{change.what} ({number_of_tests(change.tests)})"
        if len(selection.changes) > most:
            yield f"… and {len(selection.changes) - most} more changes"
    if selection.failed:
        yield f"{number_of_tests(selection.failed)} that failed last time ran first"
