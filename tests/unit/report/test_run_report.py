"""The title and the counts of a report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_kit.errors import Outcome
from ci_kit.testing.results import UNKNOWN, Results
from tests.unit.report.making import REPORT, RESULTS

ONLY_COLLECTED = Results(collected=3, selected=3, only_collects=True)
SKIPPED = Results(collected=3, selected=3, ended=3, skipped=3)


def test_counts_leave_out_what_is_zero() -> None:
    assert REPORT.counts == "2 passed, 1 failed, 1 error, 1 skipped, 3 xpassed, 1 deselected"


def test_several_errors_have_a_plural() -> None:
    assert "2 errors" in replace(REPORT, results=replace(RESULTS, errors=2)).counts


def test_counts_have_the_names_of_plugins() -> None:
    results = replace(RESULTS, reruns=2, others=(("subtests passed", 5),))
    assert replace(REPORT, results=results).counts.endswith("1 deselected, 2 rerun, 5 subtests passed")


def test_a_name_of_a_plugin_is_no_markup() -> None:
    results = replace(RESULTS, others=(("![x](http://a)\n# b", 5),))
    assert replace(REPORT, results=results).counts.endswith(", 5 x http a b")


def test_counts_are_empty_if_the_session_did_not_finish() -> None:
    assert replace(REPORT, results=replace(RESULTS, complete=False)).counts == ""


def test_counts_are_empty_without_results() -> None:
    assert replace(REPORT, results=None).counts == ""


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        ("passed", "Tests passed"),
        ("failed", "Tests failed"),
        ("no-tests", "No tests to run"),
        ("error", "The job could not finish"),
    ],
)
def test_the_title_follows_the_outcome(outcome: Outcome, title: str) -> None:
    assert replace(REPORT, outcome=outcome).title == title


@pytest.mark.parametrize(
    ("outcome", "title"), [("failed", "The job failed"), ("error", "The job could not finish")]
)
def test_a_problem_is_the_page_s_to_show_and_not_the_title_s(outcome: Outcome, title: str) -> None:
    assert replace(REPORT, outcome=outcome, problem="coverage is low").title == title


@pytest.mark.parametrize(
    ("results", "counts"),
    [
        (UNKNOWN, "counts unknown"),
        (replace(SKIPPED, uncounted=1), "3 skipped, counts of 1 command unknown"),
        (replace(SKIPPED, uncounted=2), "3 skipped, counts of 2 commands unknown"),
    ],
)
def test_unknown_counts_are_said_to_be_unknown(results: Results, counts: str) -> None:
    assert replace(REPORT, results=results).counts == counts


def test_tests_that_did_not_run_have_not_passed() -> None:
    report = replace(REPORT, outcome="passed", results=ONLY_COLLECTED)
    assert report.title == "No tests ran: pytest was asked only to collect"


def test_skipped_tests_have_passed() -> None:
    report = replace(REPORT, outcome="passed", results=SKIPPED)
    assert report.title == "Tests passed"
