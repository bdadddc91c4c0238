"""Reports that Hypothesis makes up, for the tests of the document."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from ci_kit.history.past_run import PastRun
from ci_kit.history.trend import Trend
from ci_kit.history.usual import Slower
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Failure, Results, TestResult

REPOSITORY = Path("/home/me/shop")
OUTSIDE = "/usr/lib/python3/site-packages/other.py"

# The sum of a few of them fits a document too.
_LARGEST = 2**50
_numbers = st.floats(-_LARGEST, _LARGEST)
# Of the fields that no strategy below names.
st.register_type_strategy(int, st.integers(-_LARGEST, _LARGEST))
_names = st.sampled_from(["a.py", "tests/test_a.py", "a b/`c`.py", ".github/x.py", "시험.py"])
_paths = st.sampled_from(["", OUTSIDE, str(REPOSITORY)]) | _names.map(lambda name: str(REPOSITORY / name))
_failures = st.lists(st.builds(Failure, path=_paths), max_size=3).map(tuple)
_tests = st.lists(st.builds(TestResult, path=_paths, seconds=_numbers), max_size=3).map(tuple)
# Those of the coverage are relative to the project.
_files = st.lists(st.builds(FileCoverage, path=_names | st.just(OUTSIDE), percent=_numbers), max_size=3).map(
    tuple
)
_slower = st.builds(Slower, seconds=_numbers, usual=_numbers)
_past_runs = st.lists(st.builds(PastRun, seconds=_numbers, coverage=st.none() | _numbers), max_size=2).map(
    tuple
)
_trends = st.builds(
    Trend,
    base=st.text(max_size=5),
    coverage_before=st.none() | _numbers,
    slower_run=st.none() | _slower,
    slower_tests=st.lists(_slower, max_size=2).map(tuple),
    runs=_past_runs,
)
_results = st.builds(Results, failures=_failures, rerun=_failures, tests=_tests, duration=_numbers)


def reports(folder: Path | None = REPOSITORY, *, runs: bool = True) -> st.SearchStrategy[RunReport]:
    """Reports of a repository, whose project may be below it. With ``runs``, also of several runs."""
    roots = st.sampled_from([None, folder, folder / "services/api"]) if folder else st.none()
    nested = _runs().map(tuple) if runs else st.just(())
    no_files = st.just(())
    return st.builds(
        RunReport,
        results=st.none() | _results,
        coverage=st.none() | _numbers,
        seconds=_numbers,
        covered=_files if folder else no_files,
        patch=st.none() | st.builds(PatchCoverage, files=_files if folder else no_files),
        steps=no_files,
        repository=st.just(folder),
        root=roots,
        trend=_trends,
        runs=nested,
    )


def _runs() -> st.SearchStrategy[list[RunReport]]:
    return st.lists(reports(None, runs=False), max_size=2, unique_by=lambda run: run.name)
