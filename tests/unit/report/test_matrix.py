"""Several runs as one report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_kit.errors import Outcome
from ci_kit.redaction import Redactor
from ci_kit.report.document.run_document import from_document, to_document
from ci_kit.report.groups import group_failures
from ci_kit.report.matrix import merge_runs, separate_runs
from ci_kit.report.run_report import RunReport
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.merged_coverage import merge_files
from ci_kit.testing.results import Failure, Results, TestResult
from tests.unit.report.document.reports import REPOSITORY, reports
from tests.unit.report.making import REPORT

ROOT = Path("/home/me/shop")


def run(name: str, *failing: str, outcome: Outcome | None = None, root: Path = ROOT) -> RunReport:
    """A run of three tests, of which some fail."""
    names = ("test_a", "test_b", "test_c")
    tests = tuple(TestResult(one, "failed" if one in failing else "passed", 0.5) for one in names)
    failures = tuple(Failure(one, "call", "/home/me/shop/t.py", 1, f"assert {name}", one) for one in failing)
    results = Results(
        collected=3,
        selected=3,
        ended=3,
        passed=3 - len(failing),
        failed=len(failing),
        duration=1.5,
        tests=tests,
        failures=failures,
    )
    return replace(
        REPORT,
        outcome=outcome or ("failed" if failing else "passed"),
        results=results,
        seconds=2.0,
        name=name,
        began=f"2026-12-01T00:00:0{len(name)}Z",
        repository=ROOT,
        root=root,
    )


def test_the_counts_are_those_of_all_runs() -> None:
    merged = merge_runs([run("x"), run("y", "test_a"), run("z", "test_a", "test_b")])
    assert merged.counts == "6 passed, 3 failed"
    assert merged.seconds == 6.0
    assert merged.results
    assert (merged.results.collected, merged.results.duration) == (9, 4.5)
    assert [one.counts for one in merged.runs] == ["3 passed", "2 passed, 1 failed", "1 passed, 2 failed"]


def test_each_test_and_each_failure_has_the_name_of_its_run() -> None:
    merged = merge_runs([run("x"), run("y", "test_a"), run("z", "test_a", "test_b")])
    assert merged.results
    assert [test.run for test in merged.results.tests] == ["x"] * 3 + ["y"] * 3 + ["z"] * 3
    assert [one.run for one in merged.results.failures] == ["y", "z", "z"]


def test_a_failed_test_has_the_runs_in_which_it_failed() -> None:
    merged = merge_runs([run("x"), run("y", "test_a"), run("z", "test_a", "test_b")])
    assert merged.results
    groups = group_failures(merged.results.failures)
    found = {test.failure.node: test.runs for group in groups for test in group.tests}
    assert found == {"test_a": ("y", "z"), "test_b": ("z",)}


def test_a_failed_test_is_shown_again_if_a_run_has_another_message() -> None:
    def failure(run: str, message: str) -> Failure:
        return Failure("test_a", "call", "", 0, message, run=run)

    same = [failure("x", "assert <A at 0x1>"), failure("y", "assert <A at 0x2>")]
    (group,) = group_failures([*same, failure("z", "assert 2")])
    assert [test.runs for test in group.tests] == [("x", "y", "z")]
    assert [test.runs for test in group.different] == [("x", "y"), ("z",)]


def test_in_one_run_each_failure_is_a_test_of_its_own() -> None:
    results = run("x", "test_a").results
    assert results
    (group,) = group_failures(results.failures * 2)
    assert [test.runs for test in group.tests] == [(), ()]
    assert group.runs == ()


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("passed", "passed"), "passed"),
        (("passed", "no-tests"), "passed"),
        (("no-tests", "no-tests"), "no-tests"),
        (("passed", "error", "no-tests"), "error"),
        (("error", "failed", "passed"), "failed"),
    ],
)
def test_the_gravest_outcome_decides(outcomes: tuple[Outcome, ...], expected: Outcome) -> None:
    runs = [run(str(number), outcome=outcome) for number, outcome in enumerate(outcomes)]
    assert merge_runs(runs).outcome == expected


def test_the_reason_names_the_runs_that_did_not_pass() -> None:
    runs = [run("a"), run("b", "test_a"), run("c", "test_a"), run("d", outcome="error")]
    assert merge_runs(runs).reason == "2 of 4 runs failed: b; c, 1 of 4 runs could not finish: d"
    assert merge_runs(runs[:1] * 2).reason == ""


def test_the_counts_of_a_run_without_results_are_unknown() -> None:
    merged = merge_runs([run("a"), replace(run("b", outcome="error"), results=None)])
    assert merged.counts == "3 passed, counts of 1 run unknown"
    assert merged.results
    assert not merged.results.counted


def test_a_session_that_did_not_finish_keeps_its_failures() -> None:
    broken = run("b", "test_a")
    assert broken.results
    merged = merge_runs([run("a"), replace(broken, results=replace(broken.results, complete=False))])
    assert merged.results
    assert merged.results.uncounted == 1
    assert [one.run for one in merged.results.failures] == ["b"]


def test_equal_names_get_numbers() -> None:
    merged = merge_runs([run("a", "test_a"), run("a", "test_b"), run("a (2)"), run("")])
    assert [one.name for one in merged.runs] == ["a", "a (2)", "a (2) (2)", "run"]
    assert merged.results
    assert [(one.run, one.node) for one in merged.results.failures] == [("a", "test_a"), ("a (2)", "test_b")]


def test_a_single_run_stays_as_it_is() -> None:
    assert merge_runs([run("a")]) == run("a")


def test_merging_in_steps_gives_the_same_runs_and_counts() -> None:
    runs = [run("a"), run("b", "test_a"), run("a", "test_b")]
    at_once, in_steps = merge_runs(runs), merge_runs([merge_runs(runs[:2]), runs[2]])
    assert in_steps == at_once


def test_a_flaky_test_is_flaky_only_in_its_run() -> None:
    def flaky(name: str, *, passed: bool) -> RunReport:
        again = Failure("test_a", "call", "", 0, "x", "test_a")
        test = TestResult("test_a", "passed" if passed else "failed", 0.1, reruns=1)
        return replace(run(name), results=Results(rerun=(again,), tests=(test,), reruns=1))

    merged = merge_runs([flaky("a", passed=True), flaky("b", passed=False), flaky("c", passed=True)])
    assert merged.results
    assert [one.run for one in merged.results.flaky] == ["a", "c"]


def test_the_runs_are_separate_again_with_their_tests() -> None:
    runs = [
        run("a", "test_a"),
        run("b", "test_a", "test_c"),
        replace(run("c", outcome="error"), results=None),
    ]
    parts = separate_runs(merge_runs(runs))
    for part, single in zip(parts, runs, strict=True):
        assert part.results is None or part.results.tests == tuple(
            replace(test, run=single.name) for test in (single.results or Results()).tests
        )
        assert len(part.results.failures if part.results else ()) == len(
            single.results.failures if single.results else ()
        )
        assert part.root == ROOT
    assert separate_runs(runs[0]) == (runs[0],)


def test_what_the_runs_have_in_common_is_there_once() -> None:
    merged = merge_runs([run("a"), replace(run("b"), python_version="3.13.1")])
    assert (merged.mysql_version, merged.python_version, merged.timezone) == (
        "MySQL 9.7.4",
        "3.12.1, 3.13.1",
        "UTC",
    )
    assert merged.began == "2026-12-01T00:00:01Z"


def test_the_coverage_is_that_of_all_runs() -> None:
    one = replace(run("a"), covered=(FileCoverage("a.py", 50.0, (1,), (2,)),), coverage=50.0)
    other = replace(run("b"), covered=(FileCoverage("a.py", 50.0, (2,), (1,)),), coverage=50.0)
    merged = merge_runs([one, other])
    assert merged.coverage == 100.0
    assert [one.coverage for one in merged.runs] == [50.0, 50.0]
    assert [one.covered for one in merged.runs] == [(), ()]
    assert merge_runs([run("a"), run("b")]).coverage is None


def test_files_of_two_projects_are_relative_to_the_repository() -> None:
    def of_project(name: str) -> RunReport:
        file = FileCoverage("app.py", 100.0, (1,))
        outside = FileCoverage("/usr/lib/x.py", 100.0, (1,))
        return replace(
            run(name, root=ROOT / name), covered=(file, outside), patch=PatchCoverage("main", (file,))
        )

    merged = merge_runs([of_project("api"), of_project("web")])
    assert merged.root == ROOT
    assert [file.path for file in merged.covered] == ["/usr/lib/x.py", "api/app.py", "web/app.py"]
    assert merged.patch
    assert [file.path for file in merged.patch.files] == ["api/app.py", "web/app.py"]
    assert merge_runs([of_project("api"), of_project("api")]).root == ROOT / "api"


@given(st.lists(reports(), min_size=2, max_size=3))
def test_a_merged_report_is_written_and_read_again(parts: list[RunReport]) -> None:
    merged = merge_runs(parts)
    document = json.loads(json.dumps(to_document(merged, Redactor())))
    assert from_document(document, REPOSITORY) == merged
    assert len(merged.runs) == len({run.name for run in merged.runs})
    tests = [len(part.results.tests) for part in parts if part.results]
    assert len(merged.results.tests if merged.results else ()) == sum(tests)


@given(reports())
def test_a_run_that_is_merged_with_itself_has_its_own_coverage(report: RunReport) -> None:
    once, twice = merge_files([report.covered]), merge_files([report.covered, report.covered])
    assert {file.path: set(file.executed) for file in twice} == {
        file.path: set(file.executed) for file in once
    }
