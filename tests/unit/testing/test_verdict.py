"""The verdict on a run: what pytest's exit code and its report mean together."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import AllTestsDeselectedError, CiKitError, NoTestReportError, TooFewTestsError
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.results import UNKNOWN, Failure, Results
from ci_kit.testing.verdict import TestRun, judge, judge_all, judge_other, require_tests
from tests.unit.support import make_settings

NOTHING = Results()
OUTCOMES = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")


def counts(**of: int) -> Results:
    ended = sum(number for name, number in of.items() if name in OUTCOMES)
    collected = ended + of.get("deselected", 0)
    named: dict[str, Any] = {"collected": collected, "selected": ended, "ended": ended} | of
    return replace(NOTHING, **named)


def problem(run: TestRun) -> CiKitError:
    assert run.problem is not None
    return run.problem


PASSED = counts(passed=3)
UNFINISHED = replace(NOTHING, complete=False, began_last="test_a.py::test_b")


@pytest.mark.parametrize(
    ("code", "results", "min_tests", "outcome", "asked"),
    [
        (0, PASSED, 0, "passed", 0),
        (0, PASSED, 3, "passed", 0),
        (0, counts(passed=2, skipped=1), 3, "passed", 0),
        (0, counts(skipped=3), 0, "passed", 0),
        (0, counts(passed=1, deselected=2), 1, "passed", 0),
        (0, counts(xfailed=1, xpassed=1), 2, "passed", 0),
        (5, NOTHING, 0, "no-tests", 0),
        *((code, PASSED, 0, "failed", code) for code in (1, 2, 3, 4, 6)),
        *((code, None, 0, "failed", code) for code in (1, 2, 3, 4, 6)),
        *((code, UNFINISHED, 0, "failed", code) for code in (1, 2, 3, 4, 6)),
        # A skipped module counts as skipped in pytest's last line; it has no tests.
        (0, counts(passed=1, skipped=1, selected=1, ended=1), 1, "passed", 0),
        (0, replace(NOTHING, collected=2, selected=2, only_collects=True), 0, "passed", 0),
        *((code, NOTHING, 9, "failed", code) for code in (1, 2, 3, 4, 6)),
        # A plugin's own exit code, and a signal after pytest wrote the report.
        (7, PASSED, 0, "failed", 7),
        (99, PASSED, 0, "failed", 99),
        (-11, PASSED, 0, "failed", -11),
    ],
)
def test_exit_code_and_results_decide_the_outcome(
    code: int, results: Results | None, min_tests: int, outcome: str, asked: int, tmp_path: Path
) -> None:
    run = require_tests(judge(code, results, []), make_settings(tmp_path, min_tests=min_tests))
    assert (run.outcome, run.code, run.results, run.problem) == (outcome, asked, results, None)


@pytest.mark.parametrize(
    ("code", "results", "min_tests", "error"),
    [
        (0, None, 0, NoTestReportError),
        (5, None, 0, NoTestReportError),
        (7, None, 0, NoTestReportError),
        (127, None, 0, NoTestReportError),
        (-9, None, 0, NoTestReportError),
        (5, counts(deselected=4), 0, AllTestsDeselectedError),
        (5, counts(deselected=4), 9, AllTestsDeselectedError),
        (0, PASSED, 4, TooFewTestsError),
        (0, counts(passed=3, deselected=5), 4, TooFewTestsError),
        (5, NOTHING, 1, TooFewTestsError),
        # Three tests were collected, and only one of them ended: something stopped the session.
        (0, counts(passed=1, selected=3), 0, NoTestReportError),
        # A module, a fixture or the last test ended the session.
        (0, replace(NOTHING, interrupted="Exit: enough"), 0, NoTestReportError),
        (5, replace(NOTHING, interrupted="Exit: enough"), 0, NoTestReportError),
        (0, replace(PASSED, interrupted="Exit: enough"), 0, NoTestReportError),
        # pytest was killed, or ended with a code that a plugin chose.
        (0, UNFINISHED, 0, NoTestReportError),
        (-9, UNFINISHED, 0, NoTestReportError),
        (99, UNFINISHED, 0, NoTestReportError),
        # The counts are of subtests or of stages, and two tests ended.
        (0, counts(passed=2, skipped=3, ended=2, selected=2), 3, TooFewTestsError),
        # The last test ended the session.
        (0, counts(passed=1, failed=1), 0, NoTestReportError),
        (0, counts(passed=1, errors=1), 0, NoTestReportError),
    ],
)
def test_a_run_that_contradicts_itself_is_an_error(
    code: int, results: Results | None, min_tests: int, error: type[CiKitError], tmp_path: Path
) -> None:
    run = require_tests(judge(code, results, []), make_settings(tmp_path, min_tests=min_tests))
    assert isinstance(run.problem, error)
    assert (run.outcome, run.problem.outcome, run.code) == ("failed", "failed", error.exit_code)
    assert run.results is results


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (0, "its exit code was 0"),
        (-signal.SIGKILL, "SIGKILL"),
        (-signal.SIGSEGV, "SIGSEGV"),
        # Most real-time signals have a number, but no name.
        (-(signal.SIGRTMIN + 3), "37"),
    ],
)
def test_an_end_without_a_report_is_explained(code: int, why: str) -> None:
    assert why in problem(judge(code, None, [])).why


def test_the_test_that_began_last_is_named() -> None:
    found = problem(judge(-signal.SIGKILL, UNFINISHED, []))
    assert found.why == "it was ended by SIGKILL; the test that began last is test_a.py::test_b"


def test_the_message_for_too_few_tests_names_the_setting_s_source(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, {"CI_KIT_MIN_TESTS": "4"})
    found = problem(require_tests(judge(0, PASSED, []), settings))
    assert "CI_KIT_MIN_TESTS" in found.why
    assert found.what == "3 tests ran, expected at least 4"


def test_the_reason_names_what_pytest_s_exit_code_means() -> None:
    assert judge(1, PASSED, []).reason == ""
    assert judge(3, PASSED, []).reason == "pytest's exit code 3: pytest had an internal error"
    assert judge(99, PASSED, []).reason == ""


# Other commands


MAKE = TestCommand(("make", "check"), "program", ("make", "check"))
UNITTEST = TestCommand(("python", "-m", "unittest"), "python", ("-m", "unittest"))


@pytest.mark.parametrize(
    ("code", "command", "outcome", "asked", "reason"),
    [
        (0, MAKE, "passed", 0, ""),
        (1, MAKE, "failed", 1, "exit code 1 of `make check`"),
        # Only pytest's 5 may mean a suite without tests that is skipped.
        (5, MAKE, "failed", 5, "exit code 5 of `make check`"),
        (5, UNITTEST, "failed", 5, "exit code 5 of `python -m unittest`: no tests ran"),
        (2, UNITTEST, "failed", 2, "exit code 2 of `python -m unittest`"),
        (255, MAKE, "failed", 255, "exit code 255 of `make check`"),
        (-signal.SIGTERM, MAKE, "failed", 143, "`make check` was ended by SIGTERM"),
    ],
)
@pytest.mark.parametrize("results", [UNKNOWN, PASSED], ids=["unknown", "known"])
def test_the_exit_code_of_another_command_decides(
    code: int, command: TestCommand, outcome: str, asked: int, reason: str, results: Results
) -> None:
    run = judge_other(code, results, command)
    assert (run.outcome, run.code, run.results, run.reason) == (outcome, asked, results, reason)


@pytest.mark.parametrize("failed", ["failed", "errors"])
def test_failures_that_end_with_success_are_an_error(failed: str) -> None:
    found = problem(judge_other(0, counts(passed=1, **{failed: 1}), MAKE))
    assert isinstance(found, NoTestReportError)
    assert found.what == "1 test failed, but the command ended with success"


def ended(code: int, results: Results | None = PASSED, outcome: Any = None) -> TestRun:
    return TestRun(
        outcome or ("failed" if code else "passed"), code, results, f"reason {code}" if code else ""
    )


@pytest.mark.parametrize(
    ("runs", "outcome", "code"),
    [
        ([ended(0), ended(0)], "passed", 0),
        ([ended(0), ended(3), ended(4)], "failed", 3),
        ([ended(4), ended(0)], "failed", 4),
        ([ended(0, NOTHING, "no-tests"), ended(0)], "passed", 0),
        ([ended(0, NOTHING, "no-tests"), ended(0, NOTHING, "no-tests")], "no-tests", 0),
        ([ended(0, NOTHING, "no-tests"), ended(3)], "failed", 3),
    ],
)
def test_the_first_command_that_failed_decides(runs: list[TestRun], outcome: str, code: int) -> None:
    total = judge_all(runs)
    assert (total.outcome, total.code, total.reason) == (outcome, code, f"reason {code}" if code else "")


FAILURE = Failure("test_a", "call", "", 0, "no")


def test_the_results_of_several_commands_are_added() -> None:
    first = replace(counts(passed=3, skipped=1, deselected=2), others=(("subtests passed", 2),), duration=0.5)
    second = replace(counts(passed=2, failed=1), others=(("subtests passed", 1),), failures=(FAILURE,))
    total = judge_all([ended(0, first), ended(1, replace(second, duration=1.0))]).results
    expected = counts(passed=5, skipped=1, failed=1, deselected=2)
    assert total == replace(expected, others=(("subtests passed", 3),), failures=(FAILURE,), duration=1.5)


@pytest.mark.parametrize(
    "unknown",
    [UNKNOWN, None, replace(UNKNOWN, failures=(FAILURE,)), replace(UNFINISHED, failures=(FAILURE,))],
)
def test_a_command_without_counts_leaves_the_sum_unknown(unknown: Results | None) -> None:
    total = judge_all([ended(0), ended(1, unknown)]).results
    assert total is not None
    assert (total.counted, total.uncounted, total.passed) == (False, 1, 3)
    assert (total.complete, total.failures) == (True, unknown.failures if unknown else ())


def test_a_run_without_known_tests_is_not_enough(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, min_tests=4)
    found = problem(require_tests(ended(0, replace(PASSED, uncounted=1)), settings))
    assert found.what == "the number of tests is unknown, expected at least 4"
    assert "known: 3 tests" in found.why
    enough = ended(0, replace(PASSED, uncounted=1))
    assert require_tests(enough, make_settings(tmp_path, min_tests=3)) is enough
