"""The verdict on a run: what pytest's exit code and its report mean together."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ci_kit.errors import AllTestsDeselectedError, CiKitError, NoTestReportError, TooFewTestsError
from ci_kit.testing.results import Results
from ci_kit.testing.verdict import TestRun, judge
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
    run = judge(code, results, make_settings(tmp_path, min_tests=min_tests))
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
    run = judge(code, results, make_settings(tmp_path, min_tests=min_tests))
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
def test_an_end_without_a_report_is_explained(code: int, why: str, tmp_path: Path) -> None:
    assert why in problem(judge(code, None, make_settings(tmp_path))).why


def test_the_test_that_began_last_is_named(tmp_path: Path) -> None:
    found = problem(judge(-signal.SIGKILL, UNFINISHED, make_settings(tmp_path)))
    assert found.why == "it was ended by SIGKILL; the test that began last is test_a.py::test_b"


def test_the_message_for_too_few_tests_names_the_setting_s_source(tmp_path: Path) -> None:
    found = problem(judge(0, PASSED, make_settings(tmp_path, {"CI_KIT_MIN_TESTS": "4"})))
    assert "CI_KIT_MIN_TESTS" in found.why
    assert found.what == "3 tests ran, expected at least 4"
