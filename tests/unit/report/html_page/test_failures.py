"""The failures of the page: their texts have a bound, and no secret is at its edge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_kit.github import Runner
from ci_kit.redaction import Redactor
from ci_kit.report.html_page import failures
from ci_kit.report.html_page.failures import Details, highlighted, shown_groups
from ci_kit.report.html_page.texts import PageTexts
from ci_kit.testing.results import Failure, Results, Section, TestResult
from tests.unit.report.html_page.reading import page_of
from tests.unit.report.making import REPORT, flaky_report, report_of
from tests.unit.support import make_host

FAILURE = Failure(
    "test_a.py::test_a", "call", "", 0, "assert 1 == 2", traceback="> assert\nE   assert 1 == 2"
)


def test_the_lines_of_the_error_are_marked_and_the_others_are_text() -> None:
    text = "def test():\n>   f('<b>')\nE   assert 1\nE    +  where\n\nEnd\nE"
    assert highlighted(text) == (
        "def test():\n&gt;   f(&#39;&lt;b&gt;&#39;)\n"
        "<strong>E   assert 1\nE    +  where\n</strong>\nEnd\n<strong>E</strong>"
    )


def test_a_long_text_keeps_both_ends_of_a_traceback_and_the_end_of_an_output() -> None:
    long = "first " + "line " * 10_000 + "last"
    (group,) = shown(replace(FAILURE, traceback=long, sections=(Section("Captured log", long),)))
    (failure,) = group.failures
    (section,) = failure.sections
    assert failure.traceback.startswith("first")
    assert failure.traceback.endswith("last")
    assert section.text.startswith("… line")
    assert section.text.endswith("last")


def test_details_beyond_the_limit_of_the_page_are_left_out_and_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(failures, "_TOTAL_LIMIT", 30)
    many = [
        replace(
            FAILURE, node=f"test_{n}", traceback="a traceback of test", sections=(Section("log", "a log"),)
        )
        for n in range(4)
    ]
    page = page_of(report_of(*many))
    assert any("5 tracebacks and outputs are left out" in text for text in page.texts["p"])
    # Each failure has its message all the same.
    assert sum("assert 1 == 2" in text for text in page.texts["pre"]) >= 4


@pytest.mark.parametrize("at", range(19_970, 20_010))
def test_no_part_of_a_secret_is_where_a_text_is_cut(at: int) -> None:
    secret = "p4ssword-of-root"
    text = "x" * at + secret + " y" * 20_000
    (group,) = shown(replace(FAILURE, traceback=text, message=text), secret=secret)
    assert secret[:4] not in f"{group}"


def test_a_flaky_test_leads_to_its_last_failure() -> None:
    flaky = replace(FAILURE, test=FAILURE.node)
    page = page_of(flaky_report(flaky))
    (row,) = page.data["tests-data"]["rows"]
    assert row[-2:] == [1, 1]
    assert ("id", "failure-1") in page.attributes


def test_a_test_leads_to_the_failure_of_its_own_run() -> None:
    # One run passed, one failed, and in one the test did not end.
    tests = (TestResult("t", "passed", 0.1, run="a"), TestResult("t", "failed", 0.1, run="b"))
    found = tuple(Failure("t", "call", "", 0, f"assert {run}", "t", run=run) for run in "bc")
    page = page_of(replace(REPORT, results=Results(tests=tests, failures=found)))
    data = page.data["tests-data"]
    rows = [(data["outcomes"][row[3]], row[7], row[-1]) for row in data["rows"]]
    assert rows == [("passed", "", 0), ("failed", "assert b", 1), ("error", "assert c", 2)]


def shown(*found: Failure, secret: str = "") -> tuple[failures.ShownGroup, ...]:
    redactor = Redactor()
    redactor.add(secret)
    runner = Runner(make_host({}))
    runner.host.redactor.add(secret)
    return shown_groups(found, PageTexts(REPORT, runner), Details(redactor))
