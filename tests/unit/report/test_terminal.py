"""The last line of a run on the terminal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport
from ci_kit.report.terminal import print_result
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from tests.unit.report.making import PATCH, REPORT, RESULTS
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


def test_the_changed_lines_that_no_test_reached_are_listed() -> None:
    lines = printed(replace(REPORT, patch=PATCH)).splitlines()
    assert lines[:2] == [
        "patch      coverage 83.33 % (2 of 12 changed lines missed)",
        "           shop/price.py: 20-21",
    ]
    assert len(lines) == 3


def test_the_changed_lines_are_listed_if_an_error_ended_the_run_too() -> None:
    text = printed(replace(REPORT, patch=PATCH, problem="patch coverage is low"))
    assert text.endswith("shop/price.py: 20-21\n")


def test_a_change_without_measured_lines_is_left_out() -> None:
    assert printed(replace(REPORT, patch=PatchCoverage("main"))) == printed(REPORT)


def test_the_list_of_changed_lines_is_short() -> None:
    files = tuple(FileCoverage(f"{number}.py", 0.0, (), (1,)) for number in range(12))
    lines = printed(replace(REPORT, patch=PatchCoverage("main", files))).splitlines()
    assert lines[10:12] == ["           9.py: 1", "           … and 2 more files"]


def test_a_dry_run_has_no_result() -> None:
    assert printed(REPORT, dry=True) == "dry run    nothing was changed\n"
