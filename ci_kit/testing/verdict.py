"""The verdict on the tests: what the exit code and the report of each command mean together."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ci_kit.errors import (
    PYTEST_CODES,
    AllTestsDeselectedError,
    CiKitError,
    NoTestReportError,
    TooFewTestsError,
)
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.results import Results, number_of_tests, total_results

TestOutcome: TypeAlias = Literal["passed", "failed", "no-tests"]

# pytest's manual, "Exit codes".
OK, NO_TESTS = 0, 5
_FAILURES = (1, 2, 3, 4, 6)
# Python 3.12 and newer: unittest found no tests.
_UNITTEST_NO_TESTS = 5
# As a shell reports a process that a signal ended.
_SIGNAL_BASE = 128


@dataclass(frozen=True)
class TestRun:
    """How the tests ended. ``code`` is ci-kit's exit code for it.

    ``results`` is None if pytest ended before it wrote a report. ``reason`` says more about a failure than
    that tests failed. ``warnings`` are messages for the user. ``problem`` is the error if the run failed for
    another reason than an exit code.
    """

    __test__ = False

    outcome: TestOutcome
    code: int
    results: Results | None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    problem: CiKitError | None = None

    @property
    def said(self) -> str:
        """The outcome in words."""
        return "there are no tests to collect: skipped" if self.outcome == "no-tests" else self.outcome


def judge(code: int, results: Results | None, arguments: Sequence[str]) -> TestRun:
    """Judge a run of pytest by its exit code, report and arguments."""
    # A plugin may end a session with its own exit code. Without a report, that code may come from anything.
    if code in _FAILURES or (results and results.complete and code not in (OK, NO_TESTS)):
        reason = f"pytest's exit code {code}: {PYTEST_CODES[code]}" if code in _FAILURES[1:] else ""
        return TestRun("failed", code, results, reason)
    if problem := _problem(code, results, arguments):
        return failed_by(problem, results)
    return TestRun("no-tests" if code == NO_TESTS else "passed", OK, results)


def judge_other(code: int, results: Results, command: TestCommand) -> TestRun:
    """Judge a run of another command by its exit code and by what it reported."""
    failed = results.failed + results.errors
    if code == OK and failed:
        problem = NoTestReportError(
            f"{number_of_tests(failed)} failed, but the command ended with success",
            why=f"the command is `{command}`, and its JUnit XML reports the failures",
            todo="let the command end with another exit code than 0 if a test fails",
        )
        return failed_by(problem, results)
    if code == OK:
        return TestRun("passed", OK, results)
    if code < 0:
        return TestRun("failed", _SIGNAL_BASE - code, results, f"`{command}` was ended by {_signal(code)}")
    no_tests = ": no tests ran" if code == _UNITTEST_NO_TESTS and command.module == "unittest" else ""
    return TestRun("failed", code, results, f"exit code {code} of `{command}`{no_tests}")


def judge_all(runs: Sequence[TestRun]) -> TestRun:
    """The verdict on several commands. The first that failed decides."""
    results = runs[0].results if len(runs) == 1 else total_results([run.results for run in runs])
    warnings = tuple(warning for run in runs for warning in run.warnings)
    nothing = all(run.outcome == "no-tests" for run in runs)
    passed = TestRun("no-tests" if nothing else "passed", OK, results)
    decisive = next((run for run in runs if run.outcome == "failed"), passed)
    return replace(decisive, results=results, warnings=warnings)


def require_tests(run: TestRun, settings: Settings) -> TestRun:
    """The run, failed if fewer tests ran than min-tests requires, or if their number is unknown."""
    problem = None if run.outcome == "failed" else too_few_tests(run.results, settings)
    return replace(failed_by(problem, run.results), warnings=run.warnings) if problem else run


def too_few_tests(results: Results | None, settings: Settings) -> TooFewTestsError | None:
    """The error if fewer tests ran than min-tests requires, or if their number is unknown."""
    ended = results.ended if results else 0
    if ended >= settings.min_tests:
        return None
    unknown = results.uncounted if results else 0
    return TooFewTestsError(
        f"the number of tests is unknown, expected at least {settings.min_tests}"
        if unknown
        else f"{number_of_tests(ended)} ran, expected at least {settings.min_tests}",
        why=f"min-tests came from {settings.source('min-tests')}"
        + (f"; known: {number_of_tests(ended)}; commands without counts: {unknown}" if unknown else ""),
        todo="name the JUnit XML files of the test command by junit-xml, or lower min-tests"
        if unknown
        else "find out why tests are missing, or lower min-tests",
    )


def failed_by(problem: CiKitError, results: Results | None) -> TestRun:
    """A command that an error ended, or that ci-kit itself judges failed."""
    return TestRun("failed", problem.exit_code, results, problem=problem)


def no_worker_ran(collected: Results) -> NoTestReportError:
    """The error of workers that ran no test, although one process collects some."""
    return NoTestReportError(
        f"the workers of pytest-xdist ran no test, and one process collects {collected.selected}",
        why="pytest's exit code was 5, as if there were no tests",
        todo="read above why the workers ended, or run the tests in one process",
    )


def _problem(code: int, results: Results | None, arguments: Sequence[str]) -> CiKitError | None:
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
            f"all tests were deselected: {number_of_tests(results.collected)}",
            why=f"by the arguments `{shlex.join(arguments)}` or pytest's own configuration",
            todo="correct the -m or -k expression; only a suite without tests is skipped",
        )
    return _early_end(code, results)


def _early_end(code: int, results: Results) -> NoTestReportError | None:
    """The error of a session that ended early, with an exit code that hides it."""
    failed = results.failed + results.errors
    if code == OK and failed:
        what = f"{number_of_tests(failed)} failed, but pytest reported success"
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
        return f"it was ended by {_signal(code)}{test}"
    return f"its exit code was {code}, and it wrote no report{test}"


def _signal(code: int) -> str:
    """The name of the signal that a negative exit code means."""
    # Most real-time signals have a number, but no name.
    names = {number.value: number.name for number in signal.Signals}
    return names.get(-code, f"signal {-code}")
