"""ci-kit's counts beside pytest's own last line, for real runs of pytest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ci_kit.testing.plugins import lend_plugins, results_arguments
from ci_kit.testing.python import Project
from ci_kit.testing.results import Results
from ci_kit.testing.results_file import read_results
from tests.unit.support import ALONE, make_host, make_settings, python, write
from tests.unit.testing.suites import SUITES, Suite

LAST_LINE = re.compile(
    r"^(?:=+ )?((?:\d+ [a-z]+(?: [a-z]+)?(?:, )?)+|no tests ran|\d+ tests? collected) in [\d.]+s",
    re.MULTILINE,
)
COUNT = re.compile(r"(\d+) ([a-z ]+)")
SERIAL: tuple[str, ...] = ()
XDIST = ("-p", "xdist.plugin", "-n2")
# Counted apart, or not at all: ci-kit takes no part in warnings, and the number of collected tests.
UNCOUNTED = ("warning", "warnings", "test collected", "tests collected")


def last_line(output: str) -> dict[str, int]:
    """The counts in pytest's last line."""
    counts = {name: int(count) for count, name in COUNT.findall(LAST_LINE.findall(output)[-1])}
    if "errors" in counts:
        counts["error"] = counts.pop("errors")
    return {name: count for name, count in counts.items() if name not in UNCOUNTED}


def counted(results: Results) -> dict[str, int]:
    """ci-kit's counts, under pytest's names."""
    named = {
        "passed": results.passed,
        "failed": results.failed,
        "error": results.errors,
        "skipped": results.skipped,
        "xfailed": results.xfailed,
        "xpassed": results.xpassed,
        "deselected": results.deselected,
        "rerun": results.reruns,
        **dict(results.others),
    }
    return {name: count for name, count in named.items() if count}


@pytest.fixture(scope="session")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the plugins that ci-kit lends."""
    folder = tmp_path_factory.mktemp("lent") / "plugins"
    settings = make_settings(folder.parent)
    lend_plugins(make_host(), settings, Project(("python",), "", frozenset({"pytest"})), folder)
    return folder


def run(root: Path, lent: Path, *words: str) -> tuple[str, Results | None]:
    """The output of pytest in a folder, and its results as ci-kit reads them."""
    file = root.with_name("results.jsonl")
    environ = ALONE | {"PYTHONPATH": str(lent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = python("-m", "pytest", *results_arguments(file), *words, env=environ, cwd=root)
    return done.stdout + done.stderr, read_results(file)


@pytest.mark.parametrize(
    ("suite", "workers"),
    [
        pytest.param(suite, workers, id=f"{suite.name}-{'xdist' if workers else 'serial'}")
        for suite in SUITES
        for workers in (SERIAL, XDIST)
        if not (workers and suite.serial_only)
    ],
)
def test_counts_are_those_of_pytest_s_last_line(
    suite: Suite, workers: tuple[str, ...], tmp_path: Path, lent: Path
) -> None:
    output, results = run(write(tmp_path / "project", suite.files), lent, *workers, *suite.words)
    assert results is not None, output
    assert results.complete
    assert counted(results) == last_line(output), output


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("passes", {"passed": 2}),
        ("teardown error after a failure", {"failed": 1, "error": 1}),
        ("two modules with errors, and the rest runs", {"passed": 2, "error": 2}),
        ("skipped modules", {"passed": 2, "skipped": 2}),
        ("subTest", {"passed": 2, "failed": 2}),
        ("rerun and passed", {"passed": 2, "rerun": 1}),
    ],
)
def test_tests_are_counted_without_pytest_s_terminal_too(
    name: str, counts: dict[str, int], tmp_path: Path, lent: Path
) -> None:
    (suite,) = (suite for suite in SUITES if suite.name == name)
    output, results = run(write(tmp_path / "p", suite.files), lent, "-p", "no:terminal", *suite.words)
    assert results is not None, output
    assert counted(results) == counts
