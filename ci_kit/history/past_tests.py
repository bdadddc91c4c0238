"""The last durations and the last outcome of each test, for one kind of run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ci_kit.history.past_run import read_json
from ci_kit.testing.results import TestResult

_VERSION = 1
_KEPT_DURATIONS = 10
# A test that did not run in so many runs was renamed or removed.
_KEPT_RUNS = 50
_USUAL = ("passed", "xfailed", "xpassed")


class PastTest(NamedTuple):
    """What is known about one test: how it ended last, the number of that run, and its last durations.

    ``seconds`` has the newest duration last. A test that failed, or ran again, has no usual duration.
    """

    outcome: str
    run: int
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class PastTests:
    """The tests of one kind of run, by node id without secrets. ``runs`` counts the runs."""

    runs: int = 0
    tests: Mapping[str, PastTest] = field(default_factory=dict)

    def with_run(self, results: Iterable[tuple[str, TestResult]]) -> PastTests:
        """These tests after one more run: the results by node id. A test that was skipped did not run."""
        number = self.runs + 1
        tests = {node: test for node, test in self.tests.items() if number - test.run < _KEPT_RUNS}
        for node, result in results:
            if result.outcome == "skipped":
                continue
            past = self.tests.get(node)
            seconds = past.seconds if past else ()
            if result.outcome in _USUAL and not result.reruns:
                seconds = (*seconds[1 - _KEPT_DURATIONS :], result.seconds)
            tests[node] = PastTest(result.outcome, number, seconds)
        return PastTests(number, tests)


def past_tests_text(past: PastTests) -> str:
    """The tests as a text of JSON."""
    # One call: for 20,000 tests, a call for each test takes four times as long.
    document = {"version": _VERSION, "runs": past.runs, "tests": past.tests}
    return json.dumps(document, separators=(",", ":"))


def read_tests(text: str) -> PastTests:
    """The tests in a text. Raises ValueError for anything else."""
    match read_json(text):
        case {"version": int(version), "runs": int(runs), "tests": dict(tests)} if version == _VERSION:
            return PastTests(runs, {node: _test(value) for node, value in tests.items()})
    raise ValueError("it has another version")


def _test(value: object) -> PastTest:
    match value:
        case [str(outcome), int(run), list(seconds)] if {*map(type, seconds)} <= {float, int}:
            return PastTest(outcome, run, tuple(seconds))
    raise ValueError(f"expected a test, not {value!r:.80}")
