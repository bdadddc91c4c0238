"""The results of a test run, read from pytest-json-report's file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Failure:
    """A test that failed, or a file that could not be collected. ``line`` counts from 1; 0 means unknown."""

    node: str
    stage: str
    path: str
    line: int
    message: str


@dataclass(frozen=True)
class Results:
    """Counts of tests.

    ``collected`` includes ``deselected``. ``reported`` counts the tests that ended.
    ``duration`` is in seconds.
    """

    collected: int
    reported: int
    deselected: int
    passed: int
    failed: int
    errors: int
    skipped: int
    xfailed: int
    xpassed: int
    duration: float
    failures: tuple[Failure, ...]

    @property
    def ran(self) -> int:
        """The number of tests that were neither skipped nor deselected."""
        return self.passed + self.failed + self.errors + self.xfailed + self.xpassed

    @property
    def ended(self) -> int:
        """The number of tests that ran or were skipped."""
        return self.ran + self.skipped


def read_results(path: Path, folder: Path) -> Results | None:
    """The results in a report; None if the report is missing or incomplete.

    ``folder`` is pytest's working directory: paths in tracebacks are relative to it.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    summary = report["summary"]
    root = Path(report["root"])
    return Results(
        collected=summary.get("collected", 0),
        reported=summary.get("total", 0),
        deselected=summary.get("deselected", 0),
        passed=summary.get("passed", 0),
        failed=summary.get("failed", 0),
        errors=summary.get("error", 0),
        skipped=summary.get("skipped", 0),
        xfailed=summary.get("xfailed", 0),
        xpassed=summary.get("xpassed", 0),
        duration=report["duration"],
        failures=(
            *(
                _collection_failure(collector, root)
                for collector in report.get("collectors", ())
                if _failed(collector)
            ),
            *(
                _test_failure(test, stage, root, folder)
                for test in report.get("tests", ())
                for stage in ("setup", "call", "teardown")
                if _failed(test.get(stage, {}))
            ),
        ),
    )


def _failed(part: Mapping[str, Any]) -> bool:
    return part.get("outcome") == "failed"


def _collection_failure(collector: Mapping[str, Any], root: Path) -> Failure:
    node = collector["nodeid"] or str(root)
    return Failure(node, "collection", str(root / node), 0, collector.get("longrepr", ""))


def _test_failure(test: Mapping[str, Any], stage: str, root: Path, folder: Path) -> Failure:
    details = test[stage]
    node: str = test["nodeid"]
    file = root / node.partition("::")[0]
    # The crash may be in a library. A reader looks for the last traceback line in the test's own file.
    in_file = [entry for entry in details.get("traceback", ()) if folder / entry["path"] == file]
    line = in_file[-1]["lineno"] if in_file else _line_number(test.get("lineno"))
    message = details.get("crash", {}).get("message") or details.get("longrepr", "")
    return Failure(node, stage, str(file), line, message)


def _line_number(index: int | None) -> int:
    """The line number for pytest's index, which counts from 0."""
    return 0 if index is None else index + 1
