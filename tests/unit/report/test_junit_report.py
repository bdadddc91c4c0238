"""The report in JUnit XML, as a parser reads it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ci_kit.github import Runner
from ci_kit.report.junit_report import junit_report
from ci_kit.report.run_report import RunReport
from ci_kit.testing.junit import read_junit
from ci_kit.testing.results import Failure, Results, Section, TestResult
from tests.unit.report.making import REPORT
from tests.unit.support import make_host, write

TEST = TestResult("tests/test_a.py::Cases::test_a[b::c]", "passed", 0.25, "/repository/tests/test_a.py", 3)
FAILURE = Failure(TEST.node, "call", "/repository/tests/test_a.py", 4, "ValueError: no\nmore", test=TEST.node)


def suite_of(folder: Path, report: RunReport) -> ET.Element:
    """The element of the suite that the report of a run has."""
    text = junit_report(replace(report, repository=Path("/repository")), Runner(make_host({})))
    write(folder, {"reports/junit.xml": text})
    (suite,) = ET.fromstring(text)
    return suite


def case_of(
    folder: Path, test: TestResult, *failures: Failure, rerun: tuple[Failure, ...] = ()
) -> ET.Element:
    """The test case of a run with one test."""
    results = Results(tests=(test,), failures=failures, rerun=rerun)
    (case,) = suite_of(folder, replace(REPORT, outcome="passed", results=results))
    return case


def test_a_test_has_its_name_its_place_and_its_time(tmp_path: Path) -> None:
    assert case_of(tmp_path, TEST).attrib == {
        "classname": "tests.test_a.Cases",
        "name": "test_a[b::c]",
        "time": "0.250",
        "file": "tests/test_a.py",
        "line": "3",
    }


def test_a_failure_has_its_message_its_exception_and_its_traceback(tmp_path: Path) -> None:
    failure = replace(
        FAILURE, traceback="    f()\nE   ValueError", sections=(Section("Captured log", "<b>"),)
    )
    found, output = case_of(tmp_path, replace(TEST, outcome="failed"), failure)
    assert (found.tag, found.attrib) == ("failure", {"message": "ValueError: no\nmore", "type": "ValueError"})
    assert found.text == "    f()\nE   ValueError"
    assert (output.tag, output.text) == ("system-out", "--- Captured log\n<b>\n")


@pytest.mark.parametrize(
    ("outcome", "failures", "tag"),
    [
        ("passed", (), "flakyFailure"),
        ("failed", (FAILURE,), "rerunFailure"),
        ("error", (FAILURE,), "rerunFailure"),
    ],
)
def test_each_run_of_a_test_is_visible(
    outcome: str, failures: tuple[Failure, ...], tag: str, tmp_path: Path
) -> None:
    test = replace(TEST, outcome=outcome, reruns=2)  # type: ignore[arg-type]
    case = case_of(tmp_path, test, *failures, rerun=(replace(FAILURE, message="first"), FAILURE))
    runs = case.findall(tag)
    assert [run.get("message") for run in runs] == ["first", "ValueError: no\nmore"]
    assert runs[0].findtext("stackTrace") == "first"


@pytest.mark.parametrize(("outcome", "kind"), [("skipped", "pytest.skip"), ("xfailed", "pytest.xfail")])
def test_a_skip_has_its_reason(outcome: str, kind: str, tmp_path: Path) -> None:
    (found,) = case_of(tmp_path, replace(TEST, outcome=outcome, reason="later"))  # type: ignore[arg-type]
    assert (found.tag, found.attrib) == ("skipped", {"message": "later", "type": kind})


@pytest.mark.parametrize("text", ["\0", "\x1b[31m", "\x0b", "\ufffe", "a\x08b"])
def test_characters_that_xml_cannot_have_are_replaced(text: str, tmp_path: Path) -> None:
    test = replace(TEST, node=f"test_a.py::test[{text}]", outcome="failed")
    case = case_of(tmp_path, test, replace(FAILURE, node=test.node, test=test.node, message=f"no {text}!"))
    assert (case.get("name") or "").startswith("test[")
    assert (case[0].text or "").endswith("!")


@pytest.mark.parametrize("text", ["<&>\"'", "]]>", "&amp;", "a\tb\nc", "한국어 🎉", "<!DOCTYPE x>"])
def test_any_other_text_is_read_as_it_was(text: str, tmp_path: Path) -> None:
    test = replace(TEST, node=f"test_a.py::test[{text}]", outcome="failed")
    case = case_of(tmp_path, test, replace(FAILURE, node=test.node, test=test.node, message=text))
    assert case.get("name") == f"test[{text}]"
    assert (case[0].get("message"), case[0].text) == (text, text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"problem": "no server", "outcome": "error", "results": None}, "no server"),
        ({"reason": "exit code 3 of `make`", "results": Results(uncounted=1)}, "exit code 3 of `make`"),
        ({"results": None}, "Tests failed"),
    ],
)
def test_a_run_that_failed_without_a_failed_test_is_an_error(
    change: dict[str, object], message: str, tmp_path: Path
) -> None:
    suite = suite_of(tmp_path, replace(REPORT, **change))  # type: ignore[arg-type]
    ((error,),) = suite
    assert (suite.get("errors"), error.tag, error.get("message")) == ("1", "error", message)


def test_ci_kit_reads_its_own_report(tmp_path: Path) -> None:
    tests = (TEST, replace(TEST, node="b", outcome="failed"), replace(TEST, node="c", outcome="skipped"))
    failures = (
        replace(FAILURE, node="b", test="b"),
        replace(FAILURE, node="d", test="d", stage="collection"),
    )
    suite_of(tmp_path, replace(REPORT, results=Results(tests=tests, failures=failures)))
    read = read_junit(tmp_path / "reports/junit.xml", tmp_path)
    assert (read.passed, read.failed, read.errors, read.skipped) == (1, 1, 1, 1)
    assert [test.outcome for test in read.tests] == ["passed", "failed", "skipped", "error"]
