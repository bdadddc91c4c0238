"""Annotations of failed tests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_kit.github import ANNOTATION_LIMIT
from ci_kit.report.annotations import annotate_failures
from ci_kit.testing.results import Failure
from tests.unit.report.making import REPORT, RESULTS, Step, report_of


def test_a_failure_is_annotated_at_its_line(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    failure = Failure("test_a.py::test_a", "setup", "/repository/tests/test_a.py", 3, "no such fixture")
    annotate_failures(report_of(failure), step.runner())
    place = "file=tests/test_a.py,line=3,title=test_a.py%3A%3Atest_a (setup)"
    assert capsys.readouterr().out == f"::error {place}::no such fixture\n"


def test_a_flaky_test_is_a_warning(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    flaky = Failure("test_a.py::test_a", "call", "/repository/tests/test_a.py", 3, "assert 1 == 2")
    results = replace(RESULTS, flaky=(flaky,))
    annotate_failures(replace(REPORT, results=results), step.runner())
    place = "file=tests/test_a.py,line=3,title=test_a.py%3A%3Atest_a (passed after a rerun)"
    assert capsys.readouterr().out == f"::warning {place}::assert 1 == 2\n"


def test_a_failure_without_a_file_has_no_place(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    annotate_failures(report_of(Failure("pytest", "session", "", 0, "broken plugin")), step.runner())
    assert capsys.readouterr().out == "::error title=pytest (session)::broken plugin\n"


def test_only_as_many_failures_are_annotated_as_a_runner_shows(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    failures = [Failure(f"test_{n}", "call", "test_a.py", n, "m") for n in range(1, ANNOTATION_LIMIT + 5)]
    annotate_failures(report_of(*failures), step.runner())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == ANNOTATION_LIMIT
    assert "line=1," in lines[0]


def test_a_secret_in_a_failure_is_hidden(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    runner = step.runner()
    runner.host.redactor.add("hunter2hunter2")
    failure = Failure("test_a[hunter2hunter2]", "call", "test_a.py", 3, "login by hunter2hunter2 failed")
    annotate_failures(report_of(failure), runner)
    printed = capsys.readouterr().out
    assert "title=test_a[***] (call)::login by *** failed" in printed
    assert "hunter2" not in printed


def test_a_run_without_failures_has_no_annotations(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    annotate_failures(REPORT, step.runner())
    assert capsys.readouterr().out == ""
