"""The outputs of the action."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_kit.history.trend import Trend
from ci_kit.report.outputs import set_outputs
from tests.unit.report.making import PATCH, REPORT, RESULTS, Step
from tests.unit.support import file_command


def test_the_outputs_follow_from_the_run(step: Step) -> None:
    set_outputs(replace(REPORT, patch=PATCH), step.runner())
    assert file_command(step.output) == {
        "outcome": "failed",
        "tests-collected": "9",
        "tests-passed": "2",
        "tests-failed": "2",  # one failure and one error
        "tests-flaky": "0",
        "tests-skipped": "1",
        "coverage-percent": "87.65",
        "coverage-change": "",
        "patch-coverage-percent": "83.33",
        "mysql-version": "MySQL 9.7.4",
    }


@pytest.mark.parametrize(("before", "change"), [(87.25, "+0.40"), (90.0, "-2.35"), (87.654, "+0.00")])
def test_the_change_of_the_coverage_has_a_sign(before: float, change: str, step: Step) -> None:
    set_outputs(replace(REPORT, trend=Trend(base="main", coverage_before=before)), step.runner())
    assert file_command(step.output)["coverage-change"] == change


def test_counts_that_are_partly_unknown_are_empty(step: Step) -> None:
    set_outputs(replace(REPORT, results=replace(RESULTS, uncounted=1)), step.runner())
    values = file_command(step.output)
    assert {value for name, value in values.items() if name.startswith("tests-")} == {""}


def test_unknown_values_are_empty(step: Step) -> None:
    report = replace(REPORT, outcome="error", mysql_version="", results=None, coverage=None)
    set_outputs(report, step.runner())
    values = file_command(step.output)
    assert values.pop("outcome") == "error"
    assert set(values.values()) == {""}


def test_a_coverage_of_zero_is_known(step: Step) -> None:
    set_outputs(replace(REPORT, coverage=0.0), step.runner())
    assert file_command(step.output)["coverage-percent"] == "0.00"
