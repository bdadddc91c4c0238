"""The coverage of several runs together, compared with coverage's own report on their combined data."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ci_kit.report.document.run_document import from_document
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.merged_coverage import merge_files, merge_patches, total_percent
from tests.unit.support import ALONE, ci_kit, python, write

A = FileCoverage("a.py", 50.0, (1, 2), (3, 4), (9,), 4, ((2, 3), (2, 4), (3, 5)))


def test_what_any_run_executed_counts() -> None:
    other = FileCoverage("a.py", 50.0, (1, 3), (2, 4), (9,), 4, ((2, 4), (3, 5), (1, 2)))
    (merged,) = merge_files([[A], [other]])
    assert (merged.executed, merged.missing, merged.excluded) == ((1, 2, 3), (4,), (9,))
    assert (merged.branches, merged.missing_branches) == (4, ((2, 4), (3, 5)))
    assert merged.percent == 100 * (3 + 2) / (4 + 4)


def test_a_file_of_one_run_stays_as_it_is() -> None:
    other = FileCoverage("b.py", 100.0, (1,))
    assert merge_files([[A], [other]]) == (A, other)


def test_a_run_without_branches_says_nothing_about_them() -> None:
    (merged,) = merge_files([[A], [FileCoverage("a.py", 75.0, (1, 2, 3), (4,))]])
    assert (merged.branches, merged.missing_branches) == (4, A.missing_branches)


def test_a_branch_of_a_line_that_a_run_does_not_have_is_missed() -> None:
    other = FileCoverage("a.py", 100.0, (1,), (), (), 2)
    (merged,) = merge_files([[A], [other]])
    assert merged.missing_branches == A.missing_branches


def test_a_line_that_one_run_excludes_and_another_measures_is_measured() -> None:
    (merged,) = merge_files([[A], [FileCoverage("a.py", 100.0, (1,), (), (3, 9))]])
    assert (merged.missing, merged.excluded) == ((3, 4), (9,))


def test_nothing_to_cover_is_all() -> None:
    empty = FileCoverage("a.py", 100.0)
    assert total_percent(merge_files([[empty], [empty]])) == 100.0
    assert total_percent(()) is None


def test_a_changed_line_that_any_run_reached_is_reached() -> None:
    def patch(executed: tuple[int, ...], missing: tuple[int, ...]) -> PatchCoverage:
        return PatchCoverage("main", (FileCoverage("a.py", 0.0, executed, missing),))

    merged = merge_patches([patch((1,), (2, 3)), patch((2,), (1, 3))])
    assert merged
    assert (merged.base, merged.missed, merged.measured, merged.percent) == ("main", 1, 3, 66.67)
    assert merge_patches([]) is None


SHOP = """\
import sys


def sign(number):
    if number < 0:
        return -1
    if number:
        return 1
    return 0


def loop(numbers):
    for number in numbers:
        if number > 2:
            break
    else:
        return None
    return number


def match(value):
    match value:
        case 1:
            return "one"
        case [2, *_]:
            return "two"
    return [one for one in (1, 2) if one] or (lambda: 3)()


def unused():  # pragma: no cover
    return 0
"""
TESTS = """\
import os
import shop

def test_it():
    match os.environ["PART"]:
        case "1":
            assert shop.sign(-1) == -1 and shop.loop([]) is None and shop.match(1) == "one"
        case "2":
            assert shop.sign(0) == 0 and shop.loop([1, 3]) == 3 and shop.match([2]) == "two"
        case _:
            assert shop.sign(1) == 1
"""


@pytest.mark.parametrize("branch", [True, False])
@pytest.mark.parametrize("parts", ["12", "13", "123"])
def test_the_total_is_that_of_coverage_on_the_combined_data(branch: bool, parts: str, tmp_path: Path) -> None:
    config = f"[run]\nbranch = {branch}\nsource = .\nomit = test_*\n"
    root = write(tmp_path, {"shop.py": SHOP, "test_shop.py": TESTS, ".coveragerc": config})
    reports = [measured(root, part) for part in parts]
    merged = merge_files(report.covered for report in reports)
    words = ("-m", "coverage")
    assert python(*words, "combine", "--keep", *(f".data.{part}" for part in parts), cwd=root).returncode == 0
    python(*words, "json", "-o", "expected.json", cwd=root)
    expected: Any = json.loads((root / "expected.json").read_text())
    assert total_percent(merged) == pytest.approx(expected["totals"]["percent_covered"])
    assert [file.path for file in merged] == list(expected["files"])
    for file in merged:
        facts = expected["files"][file.path]
        assert list(file.executed) == facts["executed_lines"]
        assert list(file.missing) == facts["missing_lines"]
        assert list(file.excluded) == facts["excluded_lines"]
        assert file.percent == pytest.approx(facts["summary"]["percent_covered"])
        assert sorted(map(list, file.missing_branches)) == sorted(facts.get("missing_branches", []))


def measured(root: Path, part: str) -> RunReport:
    """The report of a real run of one part. Its data file is kept."""
    words = ("--mysql=off", f"--python={sys.executable}", f"--run-report=run-{part}.json")
    done = ci_kit("run", "-C", root, *words, env=ALONE | {"PART": part})
    assert done.returncode == 0, done.stderr
    (root / ".coverage").rename(root / f".data.{part}")
    return from_document(json.loads((root / f"run-{part}.json").read_text()), root)
