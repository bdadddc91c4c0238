"""A suite with every outcome, and each report of its run, which are examples in the documents.

``python -m tests.unit.report.outcomes`` writes them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.report.annotations import annotate
from ci_kit.report.comment.body import comment_body
from ci_kit.report.comment.marker import Marker
from ci_kit.report.comment.target import Target
from ci_kit.report.outputs import set_outputs
from ci_kit.report.report_files import REPORT_FILES
from ci_kit.report.run_report import RunReport, Step
from ci_kit.report.summary_page import add_summary_page
from ci_kit.report.terminal import print_result
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure
from tests.unit.support import ROOT, SELF_HOSTED, console_text, file_command, make_host, write
from tests.unit.testing.reading import results_of

EXAMPLES = ROOT / "docs" / "examples"
COMMIT = "7fd1a60b01f91b314f59955a4e4d4e80d8edf11d"
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


SOURCE = {
    "shop/price.py": """\
def gross(net, rate=None):
    if rate is None:
        rate = 10
    if net < 0:
        raise ValueError("a price is not negative")
    return net * (100 + rate) // 100


def rounded(price):  # 원 단위
    return price // 10 * 10
""",
}
MEASURED = FileCoverage("shop/price.py", 66.67, (1, 2, 3, 4, 6, 9), (5, 10), (), 4, ((2, 4), (4, 5)))
HOME = "/home/runner/work/shop/shop"
PARTS = {
    "page.md": add_summary_page,
    "annotations.txt": annotate,
    "outputs.txt": set_outputs,
    "terminal.txt": print_result,
}
FILES = {"badge": "badge.svg", "html": "page.html", "junit-report": "junit.xml", "run-report": "run.json"}


def examples(folder: Path) -> dict[str, str]:
    """Each format of the report of the suite by the name of its file, on an imaginary runner."""
    project = write(folder / "shop", SUITE | SOURCE)
    report = _report(project, folder)
    environ = {
        "GITHUB_WORKSPACE": str(project),
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "octocat/shop",
        "GITHUB_SHA": COMMIT,
        "GITHUB_STEP_SUMMARY": str(folder / "page"),
        "GITHUB_OUTPUT": str(folder / "outputs"),
    }
    runner = Runner(make_host(SELF_HOSTED | environ))
    with redirect_stdout(StringIO()) as annotations:
        for publish in PARTS.values():
            publish(report, runner)
    outputs = file_command((folder / "outputs").read_text(encoding="utf-8"))
    url = "https://github.com/octocat/shop/actions/runs/31"
    target = Target(12, COMMIT, (31, 1), url, ".github/workflows/ci.yml")
    marker = Marker("0123456789abcdef", target.run)
    made = {
        "page.md": (folder / "page").read_text(encoding="utf-8"),
        "annotations.txt": annotations.getvalue(),
        "outputs.txt": "".join(f"{name}={value}\n" for name, value in outputs.items()),
        "terminal.txt": console_text(runner.host),
        "comment.md": comment_body(report, runner, target, marker, name=""),
        **{FILES[setting]: content(report, runner) for setting, content in REPORT_FILES.items()},
    }
    return {name: text.replace(str(project), HOME) for name, text in made.items()}


def _report(project: Path, folder: Path) -> RunReport:
    """The report of a real run of the suite, with made-up times, coverage and versions."""
    results = results_of(project, *RERUN)
    tests = tuple(replace(test, seconds=n / 50) for n, test in enumerate(results.tests))
    steps = (Step("time zone", 0, 0.1), Step("server", 0.1, 1.9), Step("python", 0.2, 0.4))
    return RunReport(
        outcome="failed",
        timezone="Asia/Seoul",
        mysql_version="MySQL 9.7.4",
        python_version="3.13.1",
        results=replace(
            results,
            tests=tests,
            duration=5.5,
            failures=tuple(_on_each_python(one, folder) for one in results.failures),
            rerun=tuple(_on_each_python(one, folder) for one in results.rerun),
        ),
        coverage=66.67,
        covered=(MEASURED,),
        patch=PatchCoverage("origin/main", (MEASURED.only(frozenset((9, 10))),)),
        problem="",
        seconds=8.4,
        steps=(*steps, Step("tests", 1.9, 7.8), Step("coverage", 7.8, 8.4)),
        repository=project,
        root=project,
        name="MySQL 9.7.4, Python 3.13.1",
        began="2026-12-01T02:12:02Z",
        again=("ci-kit", "run", "--", "--lf"),
    )


def _on_each_python(failure: Failure, folder: Path) -> Failure:
    """A failure without what differs between versions of Python: its files, and the marks below a line."""

    def same(text: str) -> str:
        importing = re.compile(r"^/.*/importlib/__init__\.py:\d+", re.MULTILINE)
        text = importing.sub("/usr/lib/python3/importlib/__init__.py:90", text)
        text = re.sub(r"^ +[~^]+\n", "", text, flags=re.MULTILINE)
        return text.replace(str(folder / "shop"), HOME)

    return replace(failure, message=same(failure.message), traceback=same(failure.traceback))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for file, text in examples(Path(name)).items():
            (EXAMPLES / file).write_text(text, encoding="utf-8")
            print(EXAMPLES / file, file=sys.stderr)
