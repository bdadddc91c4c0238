"""The tests of the page, as compact data for its list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from ci_kit.report.ended_tests import EndedTest
from ci_kit.report.html_page.texts import PageTexts, Place
from ci_kit.testing.results import Failure

_T = TypeVar("_T")


def tests_data(
    tests: Iterable[EndedTest], texts: PageTexts, numbers: Mapping[tuple[str, str], int]
) -> dict[str, object]:
    """The rows of the list, and the texts that many rows share, which a row names by their index.

    A row has: the file and the rest of the id, the outcome, the seconds, the place and its line, the reason,
    the number of reruns, and the number of the failure (0 for none).
    """
    files: dict[str, int] = {}
    outcomes: dict[str, int] = {}
    places: dict[Place, int] = {}
    rows = []
    for test in tests:
        result = test.result
        file, separator, name = texts.redact(result.node).partition("::")
        rows.append(
            [
                _index(files, file if separator else ""),
                name or file,
                _index(outcomes, result.outcome),
                round(result.seconds, 4),
                _index(places, texts.place(result.path)),
                result.line,
                texts.line(_reason(result.reason, test.failures or test.reruns)),
                result.reruns,
                numbers.get((result.run, result.node), 0),
            ]
        )
    return {
        "files": list(files),
        "outcomes": list(outcomes),
        "places": [(place.path, place.url) for place in places],
        "rows": rows,
    }


def _index(known: dict[_T, int], value: _T) -> int:
    return known.setdefault(value, len(known))


def _reason(reason: str, failures: Iterable[Failure]) -> str:
    return reason or next((failure.message for failure in failures), "")
