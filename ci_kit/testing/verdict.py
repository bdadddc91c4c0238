"""The verdict on a test run: what pytest's exit code and its report mean together."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ci_kit.errors import AllTestsDeselectedError, CiKitError, NoTestReportError, TooFewTestsError
from ci_kit.settings.settings import Settings
from ci_kit.testing.results import Results

TestOutcome: TypeAlias = Literal["passed", "failed", "no-tests"]

# pytest's manual, "Exit codes".
OK, NO_TESTS = 0, 5
_FAILURES = (1, 2, 3, 4, 6)


@dataclass(frozen=True)
class TestRun:
    """How a test run ended. ``code`` is ci-kit's exit code for it.

    ``results`` is None if pytest ended before it wrote a report. ``problem`` is the error if the run failed
    for another reason than pytest's exit code.
    """

    __test__ = False

    outcome: TestOutcome
    code: int
    results: Results | None
    problem: CiKitError | None = None


def judge(code: int, results: Results | None, settings: Settings) -> TestRun:
    """Judge a run by pytest's exit code and report."""
    # A plugin may end a session with its own exit code. Without a report, that code may come from anything.
    if code in _FAILURES or (results and results.complete and code not in (OK, NO_TESTS)):
        return TestRun("failed", code, results)
    if problem := _problem(code, results, settings):
        return TestRun("failed", problem.exit_code, results, problem)
    return TestRun("no-tests" if code == NO_TESTS else "passed", OK, results)


def _problem(code: int, results: Results | None, settings: Settings) -> CiKitError | None:
    """Why a run that pytest does not call a failure has failed all the same."""
    if results is None or not results.complete:
        return NoTestReportError(
            "pytest ended without reporting its results",
            why=_how_it_ended(code, results.began_last if results else ""),
            todo="look for a crash, a test that ends the process (os._exit), a lack of memory,"
            " or an argument that makes pytest do something else",
        )
    if code == NO_TESTS and results.collected:
        return AllTestsDeselectedError(
            f"all {results.collected} tests were deselected",
            why=f"by the arguments {' '.join(settings.pytest_args)!r} or pytest's own configuration",
            todo="correct the -m or -k expression; only a suite without tests is skipped",
        )
    if problem := _early_end(code, results):
        return problem
    if results.ended < settings.min_tests:
        return TooFewTestsError(
            f"{results.ended} tests ran, expected at least {settings.min_tests}",
            why=f"min-tests came from {settings.source('min-tests')}",
            todo="find out why tests are missing, or lower min-tests",
        )
    return None


def _early_end(code: int, results: Results) -> NoTestReportError | None:
    """The error of a session that ended early, with an exit code that hides it."""
    failed = results.failed + results.errors
    if code == OK and failed:
        what = f"{failed} tests failed, but pytest reported success"
        why = "its exit code was 0"
    elif results.interrupted:
        what = f"pytest was interrupted after {results.ended} tests"
        why = f"the reason was {results.interrupted!r}, and its exit code {code}"
    elif results.ended < results.selected and not results.only_collects:
        what = f"pytest ended after {results.ended} of {results.selected} tests"
        why = f"its exit code was {code}, as if all of them had run"
    else:
        return None
    return NoTestReportError(
        what, why=why, todo="look for a test or a plugin that ends the session (pytest.exit)"
    )


def _how_it_ended(code: int, began_last: str) -> str:
    test = f"; the test that began last is {began_last}" if began_last else ""
    if code < 0:
        # Most real-time signals have a number, but no name.
        names = {number.value: number.name for number in signal.Signals}
        return f"it was ended by {names.get(-code, f'signal {-code}')}{test}"
    return f"its exit code was {code}, and it wrote no report{test}"
