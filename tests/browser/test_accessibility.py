"""What axe-core and a keyboard find in each part of the page."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import opened

# What a reader does in a part, before axe-core looks at it.
STATES: dict[str, Callable[[Page], object]] = {
    "failures": lambda page: page.get_by_role("button", name="Open all").click(),
    "failure-2": Page.title,
    "flaky": Page.title,
    "tests": lambda page: page.get_by_role("checkbox", name="xfailed").check(),
    "coverage": lambda page: page.get_by_role("columnheader", name="Coverage").get_by_role("button").click(),
    "file-1": lambda page: page.get_by_role("button", name="Next missed").click(),
    "timeline": Page.title,
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("part", STATES)
def test_axe_finds_nothing(part: str, width: int, dark: bool, chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment=part, width=width, dark=dark) as page:
        STATES[part](page)
        found = Axe().run(page)
        assert found.response["violations"] == [], found.generate_report()


def test_axe_finds_a_fault(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page) as page:
        page.evaluate(
            "document.querySelector('#theme').parentElement.replaceWith(document.querySelector('#theme'))"
        )
        (fault,) = Axe().run(page).response["violations"]
        assert fault["id"] == "select-name"


def test_axe_finds_nothing_without_scripts_and_headings_are_in_order(
    chromium: Browser, run_page: Path
) -> None:
    with opened(chromium, run_page, scripts=False) as page:
        headings = page.locator("h1, h2, h3, h4").all()
        levels = [int((heading.evaluate("(one) => one.tagName") or "h0")[1]) for heading in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("part", STATES)
def test_no_part_is_wider_than_the_window(part: str, width: int, chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment=part, width=width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_first_key_skips_to_the_report(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page) as page:
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        expect(focused).to_have_text("Skip to the report")
        expect(focused).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator(":focus")).to_have_attribute("id", "report")
        assert page.locator("#failures").is_visible()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_focus_is_visible_on_all_that_a_key_reaches(
    dark: bool, chromium: Browser, run_page: Path
) -> None:
    reached = set()
    with opened(chromium, run_page, fragment="tests", dark=dark) as page:
        page.locator("h1").click()
        for _ in range(40):
            page.keyboard.press("Tab")
            tag, outline = page.evaluate(
                "(() => { const one = document.activeElement;"
                " return [one.tagName, getComputedStyle(one).outlineStyle]; })()"
            )
            reached.add(tag)
            assert outline in ("solid", "auto")
    assert reached >= {"A", "BUTTON", "INPUT"}
