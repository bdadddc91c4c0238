"""A project with every outcome of a test and every state of a line, and pages of it and of other runs."""

from __future__ import annotations

import sys
from pathlib import Path

from ci_kit.report.html_page.page import html_page
from ci_kit.report.run_report import RunReport
from tests.unit.report.making import Step
from tests.unit.report.outcomes import RERUN, SUITE
from tests.unit.support import ALONE, SELF_HOSTED, ci_kit, write
from tests.unit.testing.patch.repositories import commit, git, repository

HOSTILE_FILE = "shop/<b>it's.py"
HOSTILE_SOURCE = (
    "TEXT = '</script><!-- <script>document.title = 1</script>"
    " <img src=x onerror=alert()> \N{LINE SEPARATOR} 한국어'\n"
)
BEFORE = """\
def gross(net):
    if net < 0:
        raise ValueError
    return net * 11 // 10


def label(net, short=False):
    text = str(gross(net))
    if not short:
        text += " with tax"
    for word in text.split():
        if word == "with":
            break
    return text


if __name__ == "__main__":  # pragma: no cover
    print(label(100))
"""
CHANGE = """\


def discount(net, percent):
    return net - net * percent // 100
"""
PROJECT = {
    **SUITE,
    ".coveragerc": "[run]\nbranch = True\nsource = shop\n",
    "shop/__init__.py": "",
    "shop/price.py": BEFORE,
    HOSTILE_FILE: HOSTILE_SOURCE,
    "tests/test_price.py": """\
from shop.price import label


def test_label():
    assert label(10) == "11 with tax"
""",
}


def page(folder: Path) -> Path:
    """The page of a real run of the project, after a change."""
    root = repository(folder / "project", PROJECT)
    git(root, "checkout", "--quiet", "-b", "change")
    commit(root, {"shop/price.py": BEFORE + CHANGE})
    flags = (f"--python={sys.executable}", "--mysql=off", "--html=reports/run.html", "--patch-base=main")
    runner = {
        **SELF_HOSTED,
        "GITHUB_WORKSPACE": str(root),
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "octocat/shop",
        "GITHUB_SHA": "7fd1a60b",
    }
    done = ci_kit("run", "-C", root, *flags, "--", *RERUN, env={**ALONE, **runner, "PYTHONPATH": str(root)})
    assert done.returncode == 1, done.stderr
    return root / "reports/run.html"


def page_of(folder: Path, report: RunReport) -> Path:
    """The page of a report that a test made up."""
    write(folder, {"run.html": html_page(report, Step(folder).runner())})
    return folder / "run.html"
