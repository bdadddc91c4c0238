"""How each test ended: one short record, written when the test has ended.

PYTEST_DONT_REWRITE, as in the package.
"""

from __future__ import annotations

import re
import time
from typing import Any

from .files import Lines

# A large suite has many short tests, and each write takes time.
_BATCH = 200
_SECONDS = 0.5
_LABEL = re.compile(r"\A(?:Skipped|reason): ")


class Endings:
    """The tests that ended: those that are not written yet, and the number of all."""

    def __init__(self, lines: Lines, root: object) -> None:
        self._lines = lines
        self._root = str(root)
        self._clock = time.monotonic
        self._written = self._clock()
        self._running: dict[str, Ending] = {}
        self._batch: list[list[object]] = []
        self._ended: set[str] = set()

    @property
    def count(self) -> int:
        """The number of tests that ended, each counted once."""
        return len(self._ended)

    def add(self, report: Any) -> None:
        """Add the report of a part of a test: its set-up, its call, a subtest or its teardown."""
        node = report.nodeid
        ending = self._running.get(node)
        if ending is None:
            ending = self._running[node] = Ending()
        ending.add(report)
        if report.when not in ("setup", "call") and not ending.again:
            del self._running[node]
            self._ended.add(node)
            self._keep(ending.record(node, report.location))

    def add_skipped_file(self, report: Any) -> None:
        """Add a file that skips itself as a whole."""
        self._keep([report.nodeid, "skipped", 0.0, "", 0, _reason(report), 0])

    def write(self) -> None:
        """Write the records that are not written yet."""
        if self._batch:
            self._lines.write("tests", root=self._root, tests=self._batch)
            self._batch = []
        self._written = self._clock()

    def _keep(self, record: list[object]) -> None:
        self._batch.append(record)
        if len(self._batch) >= _BATCH or self._clock() - self._written > _SECONDS:
            self.write()


class Ending:
    """What is known about a test that runs. ``again``: after this run comes another one."""

    __slots__ = ("_outcome", "_reason", "_reruns", "_seconds", "again")

    def __init__(self) -> None:
        self.again = False
        self._outcome = "passed"
        self._seconds = 0.0
        self._reason = ""
        self._reruns = 0

    def add(self, report: Any) -> None:
        self._seconds += report.duration
        outcome = report.outcome
        if report.when == "setup":
            self.again = False
        if outcome == "passed":
            # Most reports. A test's own report comes after those of its subtests.
            if report.when == "call" and self._outcome != "failed":
                self._outcome = "xpassed" if hasattr(report, "wasxfail") else "passed"
        elif outcome == "failed":
            if self._outcome != "failed":
                self._outcome = "error" if report.when in ("setup", "teardown") else "failed"
        elif outcome == "skipped":
            if self._outcome not in ("failed", "error"):
                self._outcome = "xfailed" if hasattr(report, "wasxfail") else "skipped"
                self._reason = _reason(report)
        else:
            # pytest-rerunfailures names it "rerun". The teardown of this run may follow.
            self.again = True
            self._outcome = "passed"
            self._reruns += 1

    def record(self, node: str, location: tuple[str, int | None, str]) -> list[object]:
        """Node id, outcome, seconds, file unless it is that of the node id, line, reason, reruns."""
        file, line, _ = location
        return [
            node,
            self._outcome,
            round(self._seconds, 4),
            "" if node.startswith(file + "::") else file,
            0 if line is None else line + 1,
            self._reason if self._outcome in ("skipped", "xfailed") else "",
            self._reruns,
        ]


def _reason(report: Any) -> str:
    """The reason of a skip or of an expected failure."""
    if hasattr(report, "wasxfail"):
        return _LABEL.sub("", str(report.wasxfail))
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr or "")
    return _LABEL.sub("", text)
