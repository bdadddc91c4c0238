"""The page of the run on GitHub: its contents, and values that could break its Markdown."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.github import Runner
from ci_kit.report.summary_page import _cell, add_summary_page
from ci_kit.testing.results import Failure
from tests.unit.report.making import REPORT, Step, report_of
from tests.unit.support import make_host


def test_the_page_has_a_row_for_each_fact(step: Step) -> None:
    add_summary_page(REPORT, step.runner())
    assert step.summary == (
        "## Tests failed\n"
        "\n"
        "| | |\n"
        "|---|---|\n"
        "| Tests | 2 passed, 1 failed, 1 error, 1 skipped, 3 xpassed, 1 deselected |\n"
        "| Coverage | 87.7 % |\n"
        "| Server | MySQL 9.7.4 |\n"
        "| Python | 3.12.1 |\n"
        "| Time zone | UTC |\n"
        "| Time | 1.5 s |\n"
    )


def test_the_page_leaves_out_unknown_facts(step: Step) -> None:
    report = replace(REPORT, mysql_version="", python_version="", results=None, coverage=None)
    add_summary_page(report, step.runner())
    assert step.summary == "## Tests failed\n\n| | |\n|---|---|\n| Time zone | UTC |\n| Time | 1.5 s |\n"


def test_a_failure_has_a_row_of_its_own(step: Step) -> None:
    failure = Failure("test_a.py::test_a", "call", "test_a.py", 3, "assert 1 == 2\nmore")
    add_summary_page(report_of(failure), step.runner())
    row = html.unescape(step.summary.splitlines()[-1])
    assert row == "| test_a.py::test_a | test_a.py:3 | assert 1 == 2<br>more |"


def test_a_secret_is_hidden_before_its_characters_are_escaped(step: Step) -> None:
    runner = step.runner()
    runner.host.redactor.add("a_b*c_d")
    add_summary_page(report_of(Failure("test_a", "call", "test_a.py", 3, "password a_b*c_d")), runner)
    page = html.unescape(step.summary)
    assert "password ***" in page
    assert "a_b*c_d" not in page


def test_outside_a_runner_there_is_no_page(step: Step) -> None:
    add_summary_page(REPORT, Runner(make_host({"GITHUB_STEP_SUMMARY": str(step.folder / "summary")})))
    assert step.files == []


@given(text=st.text())
def test_a_cell_is_one_cell_on_one_line(text: str) -> None:
    shown = _cell(text)
    assert "|" not in shown
    assert len(shown.splitlines()) <= 1
    assert "<" not in shown.replace("<br>", "")


@pytest.mark.parametrize("text", ["2*3*4", "__init__", "[a](b)", "~~old~~", "a\\_b", "![a](b)"])
def test_a_cell_shows_markdown_as_it_is(text: str) -> None:
    # Without escapes and character references, no character of Markdown may remain.
    left = re.sub(r"\\[!-/:-@\[-`{-~]|&#?\w+;", "", _cell(text))
    assert set("*_[]~\\") & set(left) == set()
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", _cell(text))
    assert html.unescape(unescaped) == text
