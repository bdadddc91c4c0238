"""The HTML page as a text: what a browser may run, and what a hostile text can do to it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from ci_kit.report.matrix import merge_runs
from ci_kit.testing.results import Failure, Results, Section, TestResult
from tests.unit.report.html_page.reading import page_of, page_text
from tests.unit.report.making import COVERED, PATCH, REPORT

HOSTILE = [
    "</script>",
    "<!--",
    "<script>",
    "</title>",
    "]]>",
    "\u2028\u2029",
    "&lt;",
    "<%= 1 %>",
    "\\u003c",
    "'\"",
]


def test_the_policy_has_the_hashes_of_the_style_and_the_script_and_allows_nothing_else() -> None:
    page = page_of(REPORT)
    (policy,) = (value for name, value in page.attributes if name == "content" and "default-src" in value)
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        digest = hashlib.sha256(page.texts[tag][-1].encode()).digest()
        assert allowed.pop(directive) == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert allowed.pop("require-trusted-types-for") == "'script'"
    assert set(allowed) == {"default-src", "base-uri", "form-action"}
    assert set(allowed.values()) == {"'none'"}


def test_the_page_loads_nothing() -> None:
    page = page_of(replace(REPORT, covered=COVERED))
    assert {name for name, _ in page.attributes} & {"src", "style", "onclick", "srcset"} == set()
    assert not re.search(r"url\(|@import|fetch\(|XMLHttp", page_text(REPORT))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_stays_a_text(text: str) -> None:
    node = f"tests/test_a.py::test[{text}]"
    failure = Failure(
        node, text, f"/{text}.py", 3, text, test=node, traceback=text, sections=(Section(text, text),)
    )
    results = Results(failed=1, tests=(TestResult(node, "failed", 1.0, reason=text),), failures=(failure,))
    report = replace(
        REPORT,
        results=results,
        problem=text,
        reason=text,
        mysql_version=text,
        covered=(replace(COVERED[0], path=text),),
    )
    page, plain = page_of(report), page_of(REPORT)
    assert page.data["tests-data"]["rows"][0][1] == f"test[{text}]"
    assert page.data["files-data"][0]["path"] == text
    # The error of the run is the first, and the traceback is before the output of the test.
    assert [page.texts["pre"][place] for place in (0, -2, -1)] == [text] * 3
    assert page.texts["script"][-1] == plain.texts["script"][-1]
    assert len(page.texts["script"]) == len(plain.texts["script"])


@pytest.mark.parametrize("text", ["\0", "\udc80", "\x1b[31m"])
def test_a_character_that_a_file_cannot_have_does_no_harm(text: str) -> None:
    node = f"test_a.py::test[{text}]"
    results = Results(
        tests=(TestResult(node, "failed", 1.0),), failures=(Failure(node, "call", "", 0, text),)
    )
    made = page_text(replace(REPORT, results=results, problem=f"no {text}"))
    assert "\0" not in made
    assert made.encode()


def test_a_report_without_results_files_and_steps_has_a_page() -> None:
    page = page_of(replace(REPORT, results=None, coverage=None))
    assert page.data == {
        "tests-data": {"files": [], "runs": [], "outcomes": [], "places": [], "rows": []},
        "files-data": [],
    }


def test_the_facts_of_the_run_are_at_the_top() -> None:
    report = replace(REPORT, covered=COVERED, patch=PATCH, zone_is_default=True)
    facts = dict(zip(page_of(report).texts["dt"], page_of(report).texts["dd"], strict=True))
    assert facts == {
        "Coverage": "87.7 %",
        "Patch coverage": "83.33 % (2 of 12 changed lines missed), compared with ",
        "Server": "MySQL 9.7.4",
        "Python": "3.12.1",
        "Time zone": "UTC",
        "Time": "1.5 s",
    }


def test_a_test_that_did_not_end_and_a_file_that_cannot_be_imported_are_in_the_list() -> None:
    failures = (
        Failure("tests/test_b.py", "collection", "", 0, "ImportError: b"),
        Failure(
            "tests/test_a.py::test_a",
            "call",
            "/repository/tests/test_a.py",
            4,
            "no\nmore",
            test="tests/test_a.py::test_a",
        ),
    )
    data = page_of(replace(REPORT, results=Results(failures=failures))).data["tests-data"]
    assert data["rows"] == [
        [0, "tests/test_b.py", 0, 0, 0.0, 0, 0, "ImportError: b", 0, 1],
        [1, "test_a", 0, 0, 0.0, 1, 4, "no", 0, 2],
    ]
    assert data["files"] == ["", "tests/test_a.py"]
    assert data["outcomes"] == ["error"]


def test_a_report_of_several_runs_names_the_runs_of_each_failure_and_of_each_test() -> None:
    failure = Failure("a.py::test_a", "call", "", 0, "assert 0", test="a.py::test_a")
    failed = TestResult("a.py::test_a", "failed", 1)
    results = Results(failed=1, failures=(failure,), tests=(failed,))
    passed = Results(passed=1, tests=(replace(failed, outcome="passed"),))
    merged = merge_runs(
        [
            replace(REPORT, name=name, outcome="failed" if found.failed else "passed", results=found)
            for name, found in (("x", results), ("y", results), ("z", passed))
        ]
    )
    page = page_of(merged)
    assert " ".join(next(text for text in page.texts["p"] if "call" in text).split()) == "call · in x; y"
    assert len(page.texts["details"]) == 1
    data = page.data["tests-data"]
    # The run, the outcome, the reason and the number of the failure.
    assert [(data["runs"][row[2]], data["outcomes"][row[3]], row[7], row[9]) for row in data["rows"]] == [
        ("x", "failed", "assert 0", 1),
        ("y", "failed", "assert 0", 1),
        ("z", "passed", "", 0),
    ]
