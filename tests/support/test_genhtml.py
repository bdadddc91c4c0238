"""lcov's own program genhtml reads the report in the format of LCOV, with and without branches."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support import apt_install
from tests.support.environments import environment
from tests.support.unavailable import Unavailable, skip_or_fail
from tests.support.waiting import LIMIT
from tests.unit.testing.measured import SERIAL, measure

BRANCHES = "[run]\nsource = shop\nbranch = true\n"
LINES = "[run]\nsource = shop\n"


@pytest.fixture(scope="module", autouse=True)
def lcov() -> None:
    try:
        apt_install.require({"genhtml": "lcov"}, tier="tests/support")
    except Unavailable as reason:
        skip_or_fail(reason)


@pytest.mark.parametrize("name", ["coverage-7.2", "coverage-7.6", "coverage-7.10", "coverage-newest"])
@pytest.mark.parametrize("configuration", [LINES, BRANCHES], ids=["lines", "branches"])
def test_genhtml_shows_the_coverage_that_ci_kit_reports(
    configuration: str, name: str, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    files = SERIAL | {".coveragerc": configuration}
    done = measure(root, environment(name), files, "--coverage-lcov=lcov.info")
    assert done.code == 0, done
    words = ["genhtml", "lcov.info", "--branch-coverage", "--output-directory", "pages"]
    made = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert made.returncode == 0, made
    shown = dict(re.findall(r"(lines|branches)\.*: *[\d.]+% \((\d+ of \d+)", made.stdout))
    # coverage 7.2 without branches also counts the first line of the empty file.
    assert shown["lines"] in ("6 of 8", "7 of 9")
    # coverage 7.6 and newer name each branch. lcov 1 reads numbers only, and then shows no branches.
    assert shown.get("branches", "1 of 2") == "1 of 2"
    assert "branches" not in shown or configuration == BRANCHES
    assert "branches" in shown or (configuration, name) != (BRANCHES, "coverage-7.2")
    (page,) = (root / "pages").rglob("price.py.gcov.html")
    assert "raise ValueError" in page.read_text(encoding="utf-8")
