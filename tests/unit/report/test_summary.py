"""What a run says of itself."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.report.summary import Summary, _cell
from ci_kit.testing.results import Results

RESULTS = Results(9, 8, 1, 2, 1, 1, 1, 0, 3, 0.5, ())


def summary(results: Results | None = RESULTS, coverage: float | None = None, problem: str = "") -> Summary:
    return Summary("failed", "UTC", "MySQL 9.7.4", "3.12.1", results, coverage, problem, 1.0)


def test_counts_name_what_there_is() -> None:
    assert summary().counts == "2 passed, 1 failed, 1 errors, 1 skipped, 3 xpassed, 1 deselected"
    assert summary(None).counts == ""


def test_the_title_is_the_problem_where_there_is_one() -> None:
    assert summary().title == "Tests failed"
    assert summary(problem="coverage is low").title == "coverage is low"


def test_outputs_count_errors_among_the_failed() -> None:
    assert summary(coverage=87.654).outputs() == {
        "outcome": "failed",
        "tests-collected": "9",
        "tests-passed": "2",
        "tests-failed": "2",
        "tests-skipped": "1",
        "coverage-percent": "87.65",
        "mysql-version": "MySQL 9.7.4",
    }


def test_outputs_of_what_is_not_known_are_empty() -> None:
    outputs = summary(None).outputs()
    assert {outputs[name] for name in outputs if name.startswith(("tests", "coverage"))} == {""}


@given(text=st.text())
def test_a_cell_is_one_cell_on_one_line(text: str) -> None:
    shown = _cell(text)
    assert "|" not in shown
    assert len(shown.splitlines()) <= 1
    assert "<" not in shown.replace("<br>", "")


@pytest.mark.parametrize("text", ["2*3*4", "__init__", "[a](b)", "~~old~~", "a\\_b", "![a](b)"])
def test_a_cell_shows_markdown_as_it_is(text: str) -> None:
    # What is left once escapes and entities are taken away must not hold the marks of Markdown.
    left = re.sub(r"\\[!-/:-@\[-`{-~]|&#?\w+;", "", _cell(text))
    assert set("*_[]~\\") & set(left) == set()
    unescaped = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", _cell(text))
    assert html.unescape(unescaped) == text
