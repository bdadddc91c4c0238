"""What the tests of the report are made with: a report, and the files that a runner gives a step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from markdown_it import MarkdownIt

from ci_kit.github import Runner
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure, Results, TestResult
from tests.unit.support import SELF_HOSTED, make_host

RESULTS = Results(
    collected=9,
    selected=8,
    ended=8,
    deselected=1,
    passed=2,
    failed=1,
    errors=1,
    skipped=1,
    xfailed=0,
    xpassed=3,
    duration=0.5,
    failures=(),
)
_OWN_MARKUP = ("heading", "paragraph", "bullet_list", "list_item", "inline", "text", "link")
_OWN_HTML = ("<details><summary>\n", "</summary>\n", "</details>\n")
REPORT = RunReport(
    outcome="failed",
    timezone="UTC",
    mysql_version="MySQL 9.7.4",
    python_version="3.12.1",
    results=RESULTS,
    coverage=87.654,
    problem="",
    seconds=1.5,
)
# Two files. One has changed: in 12 measured lines.
PRICE = FileCoverage("shop/price.py", 75.0, tuple(range(1, 16)), (20, 21, 40), (50,), 4, ((3, 5), (20, -1)))
COVERED = (FileCoverage("shop/__init__.py", 100.0), PRICE)
PATCH = PatchCoverage("origin/main", (PRICE.only(frozenset((*range(1, 11), 20, 21, 30))),))


def code_in(markdown: str) -> list[str]:
    """The code spans and code blocks that a parser of CommonMark finds, in order. Fails for any other markup.

    Only the page's own headings, paragraphs, lists, links and foldings may be there.
    """
    found: list[str] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown):
        for one in (token, *(token.children or ())):
            if one.type in ("fence", "code_inline"):
                found.append(one.content)
            elif one.type == "html_block":
                assert one.content in _OWN_HTML
            else:
                assert one.type.removesuffix("_open").removesuffix("_close") in _OWN_MARKUP, one
    return found


def flaky_report(*failures: Failure) -> RunReport:
    """A report with these tests, which passed after a rerun."""
    tests = tuple(TestResult(one.test, "passed", 0.0, reruns=1) for one in failures)
    return replace(REPORT, results=replace(RESULTS, rerun=failures, tests=tests))


def report_of(*failures: Failure) -> RunReport:
    """A report with these failures."""
    return replace(REPORT, results=replace(RESULTS, failures=failures))


@dataclass(frozen=True)
class Step:
    """A step of a workflow. Its folder holds the files that the runner reads."""

    folder: Path

    def runner(self, *, dry: bool = False) -> Runner:
        files = {
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_WORKSPACE": "/repository",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_SHA": "1f2e",
        }
        return Runner(make_host(SELF_HOSTED | files, dry=dry))

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    @property
    def output(self) -> str:
        return (self.folder / "output").read_text(encoding="utf-8")

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text(encoding="utf-8")
