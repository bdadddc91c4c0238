"""The lists of tests and of measured files."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ci_kit.testing.results import Failure, Results, TestResult
from tests.browser.shop import HOSTILE_FILE, page_of
from tests.support.browser import opened
from tests.unit.report.making import REPORT

MANY = 20_000


@pytest.fixture(scope="module")
def long_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of many tests: each tenth failed, and they ended in the order of their numbers."""
    tests = tuple(
        TestResult(f"tests/test_{n % 7}.py::test_{n}", "passed" if n % 10 else "failed", n % 100 / 10)
        for n in range(MANY)
    )
    failures = tuple(
        Failure(test.node, "call", "", 0, f"assert {n} == 'plain'", test=test.node)
        for n, test in enumerate(tests)
        if test.outcome == "failed"
    )
    results = Results(passed=MANY - len(failures), failed=len(failures), tests=tests, failures=failures)
    return page_of(tmp_path_factory.mktemp("many"), replace(REPORT, results=results))


def names(page: Page, part: str = "tests") -> list[str]:
    """The first cell with a name of each row."""
    return page.locator(f"#{part} tbody tr code").all_text_contents()


def found(page: Page, part: str = "tests") -> str:
    return page.locator(f"#{part}").get_by_role("status").inner_text()


def test_a_long_list_has_pages(chromium: Browser, long_page: Path) -> None:
    with opened(chromium, long_page, fragment="tests") as page:
        assert found(page) == "20,000 tests"
        assert len(names(page)) == 100
        pager = page.get_by_role("navigation", name="Pages of the list of tests")
        expect(pager).to_contain_text("1\N{EN DASH}100")
        expect(pager.get_by_role("button", name="Previous")).to_be_disabled()
        first = names(page)
        pager.get_by_role("button", name="Next").click()
        expect(pager).to_contain_text("101\N{EN DASH}200")
        assert set(names(page)).isdisjoint(first)
        pager.get_by_role("button", name="Previous").click()
        assert names(page) == first


def test_failed_tests_come_first(chromium: Browser, long_page: Path) -> None:
    with opened(chromium, long_page, fragment="tests") as page:
        assert names(page)[:3] == [
            "tests/test_0.py::test_0",
            "tests/test_3.py::test_10",
            "tests/test_6.py::test_20",
        ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("test_19999", ["tests/test_0.py::test_19999"]),
        ("TEST_0.PY TEST_19999", ["tests/test_0.py::test_19999"]),
        ("== 'plain' 19990", ["tests/test_5.py::test_19990"]),
        ("nowhere", []),
    ],
)
def test_a_search_finds_all_its_words_in_the_name_and_the_reason(
    text: str, expected: list[str], chromium: Browser, long_page: Path
) -> None:
    with opened(chromium, long_page, fragment="tests") as page:
        page.get_by_label("Search").fill(text)
        assert names(page) == expected
        assert found(page) == f"{len(expected)} of 20,000 tests"
        page.get_by_label("Search").fill("")
        assert found(page) == "20,000 tests"


def test_the_outcomes_filter_the_list(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="tests") as page:
        page.get_by_role("checkbox", name="skipped").check()
        assert found(page) == "2 of 24 tests"
        expect(page.locator("#tests")).to_contain_text("only on Windows")
        page.get_by_role("checkbox", name="flaky").check()
        assert found(page) == "3 of 24 tests"
        page.get_by_role("checkbox", name="skipped").uncheck()
        assert names(page) == ["tests/test_shop.py::test_is_flaky"]


@pytest.mark.parametrize(
    ("column", "first", "then"),
    [
        ("Time", "tests/test_1.py::test_99", "tests/test_0.py::test_0"),
        ("Test", "tests/test_0.py::test_0", "tests/test_6.py::test_9995"),
        ("Order", "tests/test_0.py::test_0", "tests/test_0.py::test_19999"),
    ],
)
def test_a_column_sorts_the_list_both_ways(
    column: str, first: str, then: str, chromium: Browser, long_page: Path
) -> None:
    with opened(chromium, long_page, fragment="tests") as page:
        header = page.locator("#tests").get_by_role("columnheader", name=column)
        for expected in (first, then):
            header.get_by_role("button").click()
            assert names(page)[0] == expected
        way = "ascending" if column == "Time" else "descending"
        expect(header).to_have_attribute("aria-sort", way)
        assert page.locator("#tests th[aria-sort]").count() == 1


def test_the_keyboard_alone_finds_and_opens_a_failure(chromium: Browser, long_page: Path) -> None:
    with opened(chromium, long_page, fragment="tests") as page:
        page.get_by_label("Search").focus()
        page.keyboard.type("test_19990")
        focused = page.locator(":focus")
        for _ in range(20):
            page.keyboard.press("Tab")
            if focused.evaluate("(one) => one.tagName === 'A'"):
                break
        page.keyboard.press("Enter")
        expect(focused).to_have_text(re.compile("Traceback"))
        expect(page.locator("details[open]")).to_contain_text("assert 19990")


def test_the_changed_files_come_first(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="coverage") as page:
        assert names(page, "coverage") == ["shop/price.py", HOSTILE_FILE, "shop/__init__.py"]
        expect(page.get_by_role("row", name="shop/price.py")).to_contain_text("1 of 2 missed")
        page.get_by_role("checkbox", name="changed").check()
        assert names(page, "coverage") == ["shop/price.py"]
        page.get_by_role("checkbox", name="changed").uncheck()
        page.get_by_role("checkbox", name="with missed").check()
        assert names(page, "coverage") == ["shop/price.py", HOSTILE_FILE]
        page.locator("#coverage").get_by_label("Search").fill("PRICE")
        assert found(page, "coverage") == "1 of 3 files"
