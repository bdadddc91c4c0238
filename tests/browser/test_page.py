"""The HTML page of a run, as a reader uses it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Error, Page, expect

from ci_kit.testing.results import Results, TestResult
from tests.browser.shop import HOSTILE_FILE, page_of
from tests.support.browser import opened
from tests.unit.report.making import COVERED, PATCH, REPORT
from tests.unit.report.outcomes import HOSTILE_IDS

PARTS = ["failures", "flaky", "tests", "coverage", "timeline"]


def visible_parts(page: Page) -> list[str]:
    """The ids of the parts that a reader sees."""
    parts = page.locator(".view").all()
    return [part.get_attribute("id") or "" for part in parts if part.is_visible()]


def test_the_page_begins_with_the_result_and_the_failures(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page) as page:
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Tests failed$"))
        header = page.get_by_role("banner")
        for text in (
            "15 failed",
            "5 errors",
            "1 rerun",
            "compared with main",
            "Asia/Seoul",
            'timezone = "UTC"',
        ):
            expect(header).to_contain_text(text)
        assert page.title().startswith("Tests failed: ")
        assert visible_parts(page) == ["failures"]
        first = page.locator("#failures .group").first
        expect(first).to_contain_text("No module named 'a_missing_module'")


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_an_address_and_a_link(part: str, chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment=part) as page:
        assert visible_parts(page) == [part]
        current = page.locator("nav.views a[aria-current=page]")
        expect(current).to_have_attribute("href", f"#{part}")
    with opened(chromium, run_page) as page:
        page.locator(f"nav.views a[href='#{part}']").click()
        assert visible_parts(page) == [part]
        page.locator("nav.views a[href='#failures']").click()
        page.go_back()
        expect(page.locator(f"#{part}")).to_be_visible()
        assert visible_parts(page) == [part]


def test_an_unknown_address_shows_what_a_reader_needs_first(chromium: Browser, run_page: Path) -> None:
    for fragment in ("unknown", "failure-9999", "file-9999", "file", "%"):
        with opened(chromium, run_page, fragment=fragment) as page:
            assert visible_parts(page) == ["failures"]


def test_a_failed_test_in_the_list_leads_to_its_failure(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="tests") as page:
        page.get_by_role("link", name="tests/test_shop.py::test_fails", exact=True).click()
        expect(page.locator("#failures")).to_be_visible()
        assert visible_parts(page) == ["failures"]
        failure = page.locator("#failures details[open]")
        expect(failure.locator(".traceback")).to_contain_text("E   assert 110 == 121")
        expect(failure.locator(".traceback strong")).to_be_visible()
        expect(failure).to_contain_text("a warning of the shop")
        assert failure.get_attribute("id") == page.url.partition("#")[2]
        group = page.locator("#failures .group", has=page.locator("details[open]"))
        line = group.get_by_role("link")
        address = re.compile("^https://github.com/octocat/shop/blob/7fd1a60b/tests/test_shop.py#L[0-9]+$")
        expect(line).to_have_attribute("href", address)


def test_failures_of_one_function_and_of_one_cause_are_together(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page) as page:
        for title, number in (
            ("tests/test_shop.py::test_text", "9 failures"),
            ("ConnectionError: no answer at port 3306", "2 failures with the same cause"),
        ):
            group = page.locator(".group", has=page.get_by_role("heading", name=title, exact=True))
            expect(group.locator(".of").first).to_have_text(number)


def test_all_failures_open_and_close_together(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page) as page:
        all_of_them = page.locator("#failures details").count()
        page.get_by_role("button", name="Open all").click()
        assert page.locator("#failures details[open]").count() == all_of_them
        page.get_by_role("button", name="Close all").click()
        assert page.locator("#failures details[open]").count() == 0


def test_a_flaky_test_is_marked_and_has_its_failure(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="flaky") as page:
        group = page.locator("#flaky .group")
        expect(group).to_contain_text("test_is_flaky")
        expect(group).to_contain_text("passed after a rerun")
    with opened(chromium, run_page, fragment="tests") as page:
        expect(page.get_by_role("row", name="test_is_flaky")).to_contain_text("flaky, 1 rerun")


def test_no_text_of_the_project_becomes_markup(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page) as page:
        shown = page.locator("#failures summary code").all_text_contents()
        assert [one for one in HOSTILE_IDS if f"tests/test_shop.py::test_text[{one}]" not in shown] == []
        page.locator("nav.views a[href='#tests']").click()
        shown = page.locator("#tests .name code").all_text_contents()
        assert [one for one in HOSTILE_IDS if f"tests/test_shop.py::test_text[{one}]" not in shown] == []
        page.locator("nav.views a[href='#coverage']").click()
        page.get_by_role("link", name=HOSTILE_FILE).click()
        assert page.locator("img, b, iframe").count() == 0
        assert page.locator("script").count() == 3
        assert page.title().startswith("Tests failed: ")


def test_the_page_forbids_markup_in_strings_other_styles_and_requests(
    chromium: Browser, run_page: Path
) -> None:
    def forbidden() -> None:
        with opened(chromium, run_page) as page:
            for script in ("document.body.innerHTML = ''", "document.createElement('script').text = 'a'"):
                with pytest.raises(Error, match=r"requires 'Trusted(HTML|Script)'"):
                    page.evaluate(script)
            blocked = page.evaluate("""() => new Promise((resolve) => {
                addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
                new Image().src = "http://127.0.0.1/pixel.png";
            })""")
            assert blocked == "img-src"
            page.evaluate("""() => {
                const style = document.createElement("style");
                style.textContent = "body { display: none }";
                document.head.append(style);
            }""")
            expect(page.locator("body")).to_be_visible()

    # Chromium also tells each of them in its console.
    with pytest.raises(AssertionError, match="Content Security Policy"):
        forbidden()


def test_without_scripts_the_result_and_the_failures_are_there(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, scripts=False) as page:
        assert visible_parts(page) == ["failures", "flaky", "timeline"]
        expect(page.get_by_text("need JavaScript")).to_be_visible()
        assert page.locator("button:visible, select:visible, input:visible").count() == 0
        page.get_by_text("Traceback and output").first.click()
        expect(page.get_by_text("E   assert 110 == 121")).to_be_visible()


def test_the_theme_follows_the_system_until_a_reader_chooses(chromium: Browser, run_page: Path) -> None:
    def ground(page: Page) -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    with opened(chromium, run_page) as page:
        light = ground(page)
    with opened(chromium, run_page, dark=True) as page:
        dark = ground(page)
        assert dark != light
        page.get_by_label("Theme").select_option("Light")
        assert ground(page) == light
        page.reload()
        assert ground(page) == light
        page.get_by_label("Theme").select_option("System")
        assert ground(page) == dark


def test_a_printed_page_has_every_part_and_no_controls(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page) as page:
        page.emulate_media(media="print")
        assert visible_parts(page) == PARTS
        assert page.locator("button:visible, select:visible, input:visible").count() == len(
            page.locator("thead button").all()
        )
        expect(page.get_by_text("E   assert 110 == 121")).to_be_visible()


def test_the_timeline_is_a_table_of_the_steps(chromium: Browser, run_page: Path) -> None:
    with opened(chromium, run_page, fragment="timeline") as page:
        steps = page.locator("#timeline tbody th").all_text_contents()
        assert steps == ["time zone", "python", "tests", "coverage"][-len(steps) :]
        expect(page.get_by_role("row", name="tests")).to_have_text(
            re.compile(r"tests\s+\d+\.\d s\s+\d+\.\d s")
        )


def test_a_run_that_an_error_ended_shows_the_error(chromium: Browser, tmp_path: Path) -> None:
    report = replace(REPORT, outcome="error", results=None, coverage=None, problem="no server\n<b>why</b>")
    with opened(chromium, page_of(tmp_path, report)) as page:
        expect(page.get_by_role("heading", level=1)).to_contain_text("The job could not finish")
        expect(page.locator(".problem")).to_have_text("no server\n<b>why</b>")
        expect(page.get_by_text("There are no results of tests.")).to_be_visible()


def test_a_report_of_several_runs_has_a_row_for_each(chromium: Browser, tmp_path: Path) -> None:
    runs = (replace(REPORT, name="MySQL 8", outcome="passed"), replace(REPORT, name="MySQL 9"))
    with opened(chromium, page_of(tmp_path, replace(REPORT, runs=runs)), fragment="runs") as page:
        expect(page.get_by_role("row", name="MySQL 8")).to_contain_text("Tests passed")
        expect(page.get_by_role("row", name="MySQL 9")).to_contain_text("Tests failed")
        assert Axe().run(page).response["violations"] == []


def test_the_failures_begin_with_the_command_that_runs_them_again(chromium: Browser, tmp_path: Path) -> None:
    report = replace(REPORT, again=("ci-kit", "run", "--", "test a.py::<b>"))
    with opened(chromium, page_of(tmp_path, report)) as page:
        expect(page.locator(".command")).to_have_text("ci-kit run -- 'test a.py::<b>'")


def test_a_run_without_failures_begins_with_the_tests(chromium: Browser, tmp_path: Path) -> None:
    tests = (TestResult("tests/test_a.py::test_a", "passed", 0.25),)
    report = replace(
        REPORT, outcome="passed", results=Results(passed=1, tests=tests), covered=COVERED, patch=PATCH
    )
    with opened(chromium, page_of(tmp_path, report)) as page:
        assert visible_parts(page) == ["tests"]
        expect(page.get_by_role("row", name="test_a")).to_contain_text("250 ms")
        page.get_by_role("link", name="Failures").click()
        expect(page.get_by_text("No test failed.")).to_be_visible()
