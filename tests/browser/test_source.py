"""The lines of a measured file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.shop import BEFORE, CHANGE, HOSTILE_FILE, HOSTILE_SOURCE, page_of
from tests.support.browser import opened
from tests.unit.report.making import COVERED, PATCH, REPORT


def file_of(page: Page, path: str) -> Locator:
    """The part of the page with the lines of a file, which the list of files leads to."""
    page.get_by_role("link", name=path).click()
    part = page.locator("#file")
    expect(part.get_by_role("heading", level=2)).to_have_text(path)
    return part


def test_each_line_has_its_text_and_its_state_in_words(chromium: Browser, run_page: Path) -> None:
    lines = (BEFORE + CHANGE).splitlines()
    with opened(chromium, run_page, fragment="coverage") as page:
        part = file_of(page, "shop/price.py")
        assert part.locator("li[id] code").all_text_contents() == [line or " " for line in lines]
        words = [text.strip() for text in part.locator("li[id] .hidden-text").all_text_contents()]
    states = {number: state for number, state in enumerate(words, start=1) if state}
    assert states == {
        **dict.fromkeys((1, 4, 7, 8, 10, 12, 13, 14), "executed"),
        **dict.fromkeys((2, 9, 11), "partial"),
        3: "missed",
        **dict.fromkeys((17, 18), "excluded"),
        21: "changed, executed",
        22: "changed, missed",
    }


def test_each_state_has_a_sign_and_a_legend(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="coverage") as page:
        part = file_of(page, "shop/price.py")
        legend = part.locator(".legend li").all_inner_texts()
        for number, sign, meaning in (
            (1, "✓", "executed: a test reached the line"),
            (3, "✗", "missed: no test reached the line"),
            (2, "◐", "partial: no test took one of its branches"),
            (17, "\N{EN DASH}", "excluded: coverage does not count the line"),
        ):
            expect(part.locator(f"#line-{number} .sign")).to_have_text(sign)
            assert f"{sign}{meaning}" in [entry.replace("\n", "") for entry in legend]
        expect(part.locator("#line-22 .changed-sign")).to_have_text("+")


def test_a_missed_branch_is_told_in_words(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="coverage") as page:
        part = file_of(page, "shop/price.py")
        told = [
            "line 2 never went to line 3",
            "line 9 never went to line 11",
            "line 11 never went to line 14",
        ]
        assert part.locator(".branches-list li").all_text_contents() == told
        expect(part.locator("#line-2")).to_contain_text(told[0])


def test_a_branch_to_the_end_of_a_function_goes_to_the_exit(chromium: Browser, tmp_path: Path) -> None:
    price = replace(COVERED[1], missing_branches=((3, -1),))
    with opened(chromium, page_of(tmp_path, replace(REPORT, covered=(price,))), fragment="file-1") as page:
        expect(page.locator(".branches-list")).to_have_text("line 3 never went to the exit")


def test_buttons_lead_from_one_missed_block_to_the_next(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="coverage") as page:
        part = file_of(page, "shop/price.py")
        status = part.get_by_role("status")
        expect(status).to_have_text("4 missed blocks")
        page.get_by_role("button", name="Next missed").click()
        expect(status).to_have_text("1 of 4 missed blocks: line 2")
        page.get_by_role("button", name="Previous missed").click()
        expect(status).to_have_text("4 of 4 missed blocks: line 22")
        expect(part.locator("#line-22")).to_be_in_viewport()


def test_a_hostile_text_is_shown_as_it_is(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="coverage") as page:
        part = file_of(page, HOSTILE_FILE)
        assert part.locator("li[id] code").all_text_contents() == [HOSTILE_SOURCE.removesuffix("\n")]


def test_without_the_text_of_a_file_its_lines_have_numbers(chromium: Browser, tmp_path: Path) -> None:
    report = replace(REPORT, covered=COVERED, patch=PATCH)
    with opened(chromium, page_of(tmp_path, report), fragment="file-1") as page:
        part = page.locator("#file")
        expect(part).to_contain_text("The text of this file is not in the page")
        expect(part).to_contain_text("Missed: 20-21, 40, 3->5")
        expect(part).to_contain_text("Changed: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 21")
        expect(part).to_contain_text("line 3 never went to line 5")


def test_the_list_of_files_is_one_step_back(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="file-1") as page:
        page.get_by_role("link", name="All files").click()
        expect(page.get_by_role("heading", name="Coverage by file")).to_be_visible()
