"""One call publishes the report in every format."""

from __future__ import annotations

import pytest

from ci_kit.github import Runner
from ci_kit.report.publishing import publish
from ci_kit.report.report_files import ReportPaths
from ci_kit.testing.results import Failure
from tests.unit.report.making import Step, report_of
from tests.unit.support import console_text, make_host

REPORT = report_of(Failure("test_a", "call", "test_a.py", 3, "assert 0"))

NO_FILES = ReportPaths({})


def test_a_runner_gets_every_format(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    runner = step.runner()
    publish(REPORT, runner, NO_FILES)
    assert console_text(runner.host).startswith("result ")
    assert step.files == ["output", "summary"]
    assert capsys.readouterr().out.startswith("::error file=test_a.py")


def test_a_laptop_gets_only_the_line_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    runner = Runner(make_host({}))
    publish(REPORT, runner, NO_FILES)
    assert console_text(runner.host).startswith("result ")
    assert capsys.readouterr().out == ""


def test_a_dry_run_prints_the_files_and_writes_none(step: Step, capsys: pytest.CaptureFixture[str]) -> None:
    publish(REPORT, step.runner(dry=True), NO_FILES)
    assert step.files == []
    printed = capsys.readouterr().out
    assert f"append to {step.folder / 'output'}" in printed
    assert f"append to {step.folder / 'summary'}" in printed
    assert "::error" not in printed
