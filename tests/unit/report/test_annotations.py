"""Annotations of failed tests and of warnings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_kit.github import ANNOTATION_LIMIT
from ci_kit.report.annotations import annotate
from ci_kit.report.run_report import RunReport
from ci_kit.testing.results import Failure, WarningRecord
from tests.unit.report.making import REPORT, Step, flaky_report, report_of


def test_a_failure_is_annotated_at_its_line(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    failure = Failure("test_a.py::test_a", "setup", "/repository/tests/test_a.py", 3, "no such fixture")
    annotate(report_of(failure), step.runner())
    place = "file=tests/test_a.py,line=3,title=test_a.py%3A%3Atest_a (setup)"
    assert capsys.readouterr().out == f"::error {place}::no such fixture\n"


def test_a_flaky_test_is_a_warning(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    file = "/repository/tests/test_a.py"
    flaky = Failure("test_a.py::test_a", "call", file, 3, "assert 1 == 2", test="test_a.py::test_a")
    annotate(flaky_report(flaky), step.runner())
    place = "file=tests/test_a.py,line=3,title=test_a.py%3A%3Atest_a (passed after a rerun)"
    assert capsys.readouterr().out == f"::warning {place}::assert 1 == 2\n"


def test_a_failure_without_a_file_has_no_place(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    annotate(report_of(Failure("pytest", "session", "", 0, "broken plugin")), step.runner())
    assert capsys.readouterr().out == "::error title=pytest (session)::broken plugin\n"


def many(count: int) -> list[Failure]:
    return [Failure(f"test_{n}", "call", "test_a.py", n, f"assert {n}") for n in range(1, count + 1)]


def test_the_last_annotation_that_a_runner_shows_has_the_number_of_the_others(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    annotate(report_of(*many(ANNOTATION_LIMIT + 5)), step.runner())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == ANNOTATION_LIMIT
    assert "line=1," in lines[0]
    assert ["5 more are not annotated" in line for line in lines] == [False] * 9 + [True]


def test_annotations_of_the_same_step_count_too(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    runner = step.runner()
    for _ in range(3):
        runner.annotate("error", "server", title="ci-kit")
    annotate(replace(report_of(*many(20)), problem="few tests"), runner)
    lines = capsys.readouterr().out.splitlines()
    # The error that ends the run comes later.
    assert len(lines) == ANNOTATION_LIMIT - 1
    assert "14 more are not annotated" in lines[-1]


def test_no_room_is_no_annotation(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    runner = step.runner()
    for _ in range(ANNOTATION_LIMIT):
        runner.annotate("error", "server", title="ci-kit")
    capsys.readouterr()
    annotate(replace(report_of(*many(3)), problem="few tests"), runner)
    assert capsys.readouterr().out == ""


def test_a_parametrised_test_has_one_annotation(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    failures = [Failure(f"a.py::test[{n}]", "call", "a.py", 3, f"assert {n}") for n in range(30)]
    annotate(report_of(*failures), step.runner())
    (line,) = capsys.readouterr().out.splitlines()
    assert "title=a.py%3A%3Atest[0] (call) and 29 more::assert 0" in line


def test_what_breaks_a_file_is_annotated_before_its_tests(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    stages = ("call", "collection", "setup", "conftest", "session")
    failures = [Failure(stage, stage, "a.py", 1, f"from {stage}") for stage in stages]
    annotate(report_of(*failures), step.runner())
    shown = [line.rpartition("from ")[2] for line in capsys.readouterr().out.splitlines()]
    assert shown == ["collection", "conftest", "session", "call", "setup"]


def test_a_secret_in_a_failure_is_hidden(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    runner = step.runner()
    runner.host.redactor.add("hunter2hunter2")
    failure = Failure("test_a[hunter2hunter2]", "call", "test_a.py", 3, "login by hunter2hunter2 failed")
    annotate(report_of(failure), runner)
    printed = capsys.readouterr().out
    assert "title=test_a[***] (call)::login by *** failed" in printed
    assert "hunter2" not in printed


OLD = WarningRecord("DeprecationWarning", "old is old", "/repository/shop.py", 7, "a.py::test_a", 3)


def warned(*warnings: WarningRecord, flaky: int = 0, more: int = 0, asked: bool = True) -> RunReport:
    report = flaky_report(*(replace(one, test=one.node) for one in many(flaky)))
    assert report.results
    results = replace(report.results, warnings=warnings, more_warnings=more)
    return replace(report, results=results, annotate_warnings=asked)


def test_a_warning_is_annotated_on_request(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    annotate(warned(OLD, replace(OLD, path="", line=0, node="", count=1)), step.runner())
    place = "file=shop.py,line=7,title=a.py%3A%3Atest_a (warning%2C 3 times)"
    assert capsys.readouterr().out.splitlines() == [
        f"::warning {place}::DeprecationWarning: old is old",
        "::warning title=outside of tests (warning)::DeprecationWarning: old is old",
    ]
    annotate(warned(OLD, asked=False), step.runner())
    assert capsys.readouterr().out == ""


def test_warnings_share_the_annotations_with_flaky_tests(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    warnings = [replace(OLD, line=n) for n in range(1, 10)]
    annotate(warned(*warnings, flaky=4, more=100), step.runner())
    lines = capsys.readouterr().out.splitlines()
    assert ["passed after a rerun" in line for line in lines] == [True] * 4 + [False] * 6
    # Three warnings of three times each.
    assert ["109 more are not annotated" in line for line in lines] == [False] * 9 + [True]


def test_warnings_that_were_only_counted_are_mentioned_too(
    step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    annotate(warned(OLD, more=2), step.runner())
    assert "2 more are not annotated" in capsys.readouterr().out


def test_a_secret_in_a_warning_is_hidden(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    runner = step.runner()
    runner.host.redactor.add("hunter2hunter2")
    annotate(warned(replace(OLD, message="login by hunter2hunter2", node="t[hunter2hunter2]")), runner)
    assert "title=t[***] (warning%2C 3 times)::DeprecationWarning: login by ***" in capsys.readouterr().out


def test_a_run_without_failures_has_no_annotations(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    annotate(REPORT, step.runner())
    assert capsys.readouterr().out == ""
