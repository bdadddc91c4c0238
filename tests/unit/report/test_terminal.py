"""The last line of a run on the terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport
from ci_kit.report.terminal import print_result
from tests.unit.report.making import REPORT, RESULTS
from tests.unit.support import console_text, make_host


def printed(report: RunReport, *, dry: bool = False) -> str:
    host = make_host({}, dry=dry)
    print_result(report, Runner(host))
    return console_text(host)


def test_the_result_has_counts_coverage_and_time() -> None:
    counts = "2 passed, 1 failed, 1 error, 1 skipped, 3 xpassed, 1 deselected"
    assert printed(REPORT) == f"result     Tests failed: {counts}, coverage 87.7 %, 1.5 s\n"


def test_the_result_has_the_reason_of_a_failure() -> None:
    report = replace(REPORT, results=None, coverage=None, reason="exit code 3 of `make check`")
    assert printed(report) == "result     Tests failed, exit code 3 of `make check`: 1.5 s\n"


def test_the_result_leaves_out_unknown_facts() -> None:
    assert printed(replace(REPORT, results=None, coverage=None)) == "result     Tests failed: 1.5 s\n"


def test_a_problem_is_left_to_the_error_message() -> None:
    assert printed(replace(REPORT, problem="coverage is low")) == ""


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({}, True),
        ({"results": None}, False),
        ({"results": replace(RESULTS, failed=0, errors=0)}, False),
        ({"zone_is_default": False}, False),
        ({"outcome": "passed"}, False),
        ({"outcome": "no-tests"}, False),
        ({"problem": "coverage is low"}, False),
    ],
)
def test_failed_tests_in_the_default_zone_come_with_how_to_change_it(
    change: dict[str, Any], hint: bool
) -> None:
    report = replace(REPORT, timezone="Asia/Seoul", zone_is_default=True)
    text = printed(replace(report, **change))
    assert ("timezone   Asia/Seoul, the default" in text) is hint
    assert ('timezone = "UTC"' in text) is hint


def test_a_dry_run_has_no_result() -> None:
    assert printed(REPORT, dry=True) == "dry run    nothing was changed\n"
