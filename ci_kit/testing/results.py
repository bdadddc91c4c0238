"""The results of a test run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, TypeAlias

TestState: TypeAlias = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
"""How a test ended. A test that failed and whose teardown failed too is ``failed``."""


@dataclass(frozen=True, slots=True)
class Section:
    """A text that pytest captured during a test, such as "Captured stdout call"."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed, or a file that could not be collected.

    ``path`` is absolute, or empty if no file is known. ``line`` counts from 1; 0 means unknown.
    ``traceback`` is pytest's own text of the failure. ``test`` is the id of the test; ``node`` also names
    the subtest. ``run`` is the name of its run in a report of several runs, and else empty.
    """

    node: str
    stage: str
    path: str
    line: int
    message: str
    test: str = ""
    traceback: str = ""
    sections: tuple[Section, ...] = ()
    run: str = ""


@dataclass(frozen=True, slots=True)
class TestResult:
    """How one test ended, or a file that skips itself.

    ``seconds`` is the time of all its runs, with set-up and teardown. ``path`` and ``line`` are as those of
    a failure, and so is ``run``. ``reason`` is that of a skip or of an expected failure.
    """

    __test__ = False

    node: str
    outcome: TestState
    seconds: float
    path: str = ""
    line: int = 0
    reason: str = ""
    reruns: int = 0
    run: str = ""


@dataclass(frozen=True, slots=True)
class WarningRecord:
    """A warning that pytest recorded ``count`` times. ``node`` is the first test; empty outside of tests.

    ``path`` is absolute, or empty for code without a file.
    """

    category: str
    message: str
    path: str
    line: int
    node: str
    count: int


@dataclass(frozen=True)
class Results:
    """What a session reported. The counts by outcome are those of pytest's last line.

    One test may count several times there: if it failed and its teardown failed too, or by its subtests.
    ``others`` are the categories of plugins, such as ``subtests passed``. ``collected`` includes
    ``deselected``. ``selected`` and ``ended`` count each test once: those to run, and those that came to an
    end. ``duration`` is in seconds.

    ``tests`` has each test once, in the order in which they ended. ``rerun`` has the failures after which a
    test ran again. ``interrupted`` is the reason that ended the session early. A session that did not finish
    is not ``complete``: it has tests and failures, no counts, and the test that began last. ``uncounted`` is
    the number of commands whose counts are unknown. ``remembers_failures`` means that pytest's option --lf
    finds the failed tests of this session on this machine. ``warnings`` are different ones, the most frequent
    first; ``more_warnings`` is the number of those that were only counted.
    """

    collected: int = 0
    deselected: int = 0
    selected: int = 0
    ended: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    reruns: int = 0
    others: tuple[tuple[str, int], ...] = ()
    duration: float = 0.0
    failures: tuple[Failure, ...] = ()
    rerun: tuple[Failure, ...] = ()
    tests: tuple[TestResult, ...] = ()
    only_collects: bool = False
    interrupted: str = ""
    complete: bool = True
    began_last: str = ""
    uncounted: int = 0
    remembers_failures: bool = False
    warnings: tuple[WarningRecord, ...] = ()
    more_warnings: int = 0

    @property
    def counted(self) -> bool:
        """Whether the counts are known."""
        return self.complete and not self.uncounted

    @property
    def flaky(self) -> tuple[Failure, ...]:
        """The tests that passed after a rerun, each with its last failure."""
        passed = {(test.run, test.node) for test in self.tests if test.reruns and test.outcome == "passed"}
        last = {(one.run, one.test): one for one in self.rerun}
        return tuple(one for test, one in last.items() if test in passed)

    @property
    def ran(self) -> int:
        """The number of outcomes of tests that were not skipped."""
        return self.passed + self.failed + self.errors + self.xfailed + self.xpassed


UNKNOWN = Results(uncounted=1)
"""The results of a command that reported none."""


def total_results(results: Sequence[Results | None]) -> Results:
    """The results of several commands together. The counts of one that did not report them are unknown."""
    known = [_one_of_several(one) for one in results]
    numbers = {
        field.name: sum(getattr(one, field.name) for one in known)
        for field in fields(Results)
        if type(field.default) in (int, float)
    }
    others = Counter[str]()
    for one in known:
        others.update(dict(one.others))
    return Results(
        **numbers,
        others=tuple(others.items()),
        failures=tuple(failure for one in known for failure in one.failures),
        rerun=tuple(failure for one in known for failure in one.rerun),
        tests=tuple(test for one in known for test in one.tests),
        warnings=most_frequent(warning for one in known for warning in one.warnings),
        only_collects=all(one.only_collects for one in known),
    )


def most_frequent(warnings: Iterable[WarningRecord]) -> tuple[WarningRecord, ...]:
    """The warnings without repetitions, the most frequent first."""
    found: dict[tuple[object, ...], WarningRecord] = {}
    for one in warnings:
        key = (one.category, one.message, one.path, one.line)
        before = found.get(key)
        found[key] = replace(before, count=before.count + one.count) if before else one
    # Workers of pytest-xdist report in any order.
    return tuple(sorted(found.values(), key=lambda one: (-one.count, one.path, one.line, one.message)))


def _one_of_several(results: Results | None) -> Results:
    if results is None:
        return UNKNOWN
    # Its failures are known all the same, and so are the counts of the other commands.
    return results if results.complete else replace(results, complete=True, uncounted=1)


def number_of_tests(count: int) -> str:
    """A number of tests in words."""
    return "1 test" if count == 1 else f"{count} tests"
