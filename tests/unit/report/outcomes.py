"""A suite with every outcome, and the page of its run, which is an example in the documents.

``python -m tests.unit.report.outcomes`` writes that page.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport, Step
from ci_kit.report.summary_page import add_summary_page
from tests.unit.support import ROOT, SELF_HOSTED, make_host, write
from tests.unit.testing.reading import results_of

EXAMPLE = ROOT / "docs" / "report-page.md"
HOSTILE_IDS = ["a::b", "`", "``` x", "|a|b|", "<img src=x>", "::error::x", "](b)", "&lt;", "# a"]

SUITE = {
    "pytest.ini": "[pytest]\naddopts = --tb=short --continue-on-collection-errors\n",
    "tests/test_import.py": "import a_missing_module\n",
    "tests/test_windows.py": "import pytest\npytest.skip('only on Windows', allow_module_level=True)\n",
    "tests/test_shop.py": f"""\
import sys
import unittest
import warnings

import pytest

tries = []


@pytest.fixture
def database():
    raise ConnectionError("no answer at port 3306")


@pytest.fixture
def folder():
    yield
    raise OSError("the folder is not empty")


def test_passes():
    for _ in range(2):
        warnings.warn("the `price` list is old", DeprecationWarning)


def test_fails():
    print("the price is 110")
    print("a warning of the shop", file=sys.stderr)
    price = 110
    assert price == 121


@pytest.mark.parametrize("text", {HOSTILE_IDS!r}, ids={HOSTILE_IDS!r})
def test_text(text):
    assert text == "plain"


def test_reads(database):
    pass


def test_writes(database):
    pass


def test_is_untidy(folder):
    pass


def test_fails_and_is_untidy(folder):
    assert not "empty"


@pytest.mark.skip(reason="the shop is closed")
def test_is_skipped():
    pass


@pytest.mark.xfail(reason="taxes are not rounded yet")
def test_fails_as_expected():
    assert 0.1 + 0.2 == 0.3


@pytest.mark.xfail
def test_passes_unexpectedly():
    pass


@pytest.mark.flaky(reruns=2)
def test_is_flaky():
    tries.append(1)
    assert len(tries) == 2


def test_prices(subtests):
    for price in (1, 2, 3):
        with subtests.test("even", price=price):
            assert price % 2 == 0


class Cases(unittest.TestCase):
    def test_even(self):
        for n in (1, 2):
            with self.subTest(n=n):
                self.assertEqual(n % 2, 0)
""",
}
RERUN = ("-p", "pytest_rerunfailures")


def example_page(folder: Path) -> str:
    """The page of the suite, with the times and the paths of an imaginary runner."""
    project = write(folder / "shop", SUITE)
    results = results_of(project, *RERUN)
    tests = tuple(replace(test, seconds=n / 50) for n, test in enumerate(results.tests))
    steps = (Step("time zone", 0, 0.1), Step("server", 0.1, 1.9), Step("python", 0.2, 0.4))
    report = RunReport(
        outcome="failed",
        timezone="Asia/Seoul",
        mysql_version="MySQL 9.7.4",
        python_version="3.13.1",
        results=replace(results, tests=tests),
        coverage=87.5,
        problem="",
        seconds=8.4,
        steps=(*steps, Step("tests", 1.9, 7.8), Step("coverage", 7.8, 8.4)),
    )
    page = folder / "page.md"
    environ = {
        "GITHUB_WORKSPACE": str(project),
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "octocat/shop",
        "GITHUB_SHA": "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d",
        "GITHUB_STEP_SUMMARY": str(page),
    }
    add_summary_page(report, Runner(make_host(SELF_HOSTED | environ)))
    text = page.read_text(encoding="utf-8").replace(str(project), "/home/runner/work/shop/shop")
    # What differs between versions of Python: its own files, and the marks below a line.
    importing = re.compile(r"^/.*/importlib/__init__\.py:\d+", re.MULTILINE)
    text = importing.sub("/usr/lib/python3/importlib/__init__.py:90", text)
    return re.sub(r"^ +[~^]+\n", "", text, flags=re.MULTILINE)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        EXAMPLE.write_text(example_page(Path(name)), encoding="utf-8")
        print(EXAMPLE, file=sys.stderr)
