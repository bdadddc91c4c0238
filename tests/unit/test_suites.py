"""The comparison of a public project's tests by hand and under ci-kit."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.suites.description import SUITES, Suite
from benchmarks.suites.outcome import Outcome, Result, outputs_of_step
from benchmarks.suites.project import add_files
from ci_kit.console import Console
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.settings.loading import load_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "suites.md"
RESULT = Result({"passed": 3, "failed": 1}, frozenset({"a::b"}), 5.0)
BY_HAND = Outcome(RESULT, "91.08", 1, 9.0, "")


@pytest.mark.parametrize(
    ("line", "counts", "seconds"),
    [
        ("===== 3 passed in 0.12s =====", {"passed": 3, "failed": 0}, 0.12),
        (
            "= 2 failed, 5 passed, 1 skipped, 3 warnings, 2 errors in 110.82s (0:01:50) =",
            {"passed": 5, "failed": 4, "skipped": 1, "warnings": 3},
            110.82,
        ),
        ("1 xfailed, 1 error in 2.00s", {"xfailed": 1, "failed": 1}, 2.0),
        ("1 passed, 4 subtests passed in 1s", {"passed": 1, "subtests passed": 4, "failed": 0}, 1.0),
        ("Ran 9 tests in 1.234s\n\nOK", {"passed": 9}, 1.234),
        ("Ran 1 test in 2.0s\n\nOK (skipped=1)", {"passed": 0, "skipped": 1}, 2.0),
        (
            "Ran 9 tests in 3.5s\n\nFAILED (failures=1, errors=2, skipped=3, expected failures=1)",
            {"passed": 2, "failed": 3, "skipped": 3, "xfailed": 1},
            3.5,
        ),
        (
            "3 scenarios passed, 1 failed, 2 hook_error, 4 skipped\nTook 1min 2.5s",
            {"passed": 3, "failed": 3, "skipped": 4},
            62.5,
        ),
        ("1 scenario passed, 0 failed, 0 skipped\nTook 0m2.5s", {"passed": 1}, 2.5),
    ],
)
def test_the_last_lines_of_a_runner_give_counts_and_seconds(
    line: str, counts: dict[str, int], seconds: float
) -> None:
    result = Result.of(f"a test printed: 9 failed in 1s\n{line}\nno more output")

    assert {name: number for name, number in result.counts.items() if number} == {
        name: number for name, number in counts.items() if number
    }
    assert result.seconds == seconds


def test_the_counts_of_several_runners_are_added() -> None:
    result = Result.of("= 2 passed in 1s =\n3 scenarios passed, 0 failed, 1 skipped\nTook 0min 2.0s\n")

    assert (result.counts["passed"], result.counts["skipped"], result.seconds) == (5, 1, 3.0)


@pytest.mark.parametrize(
    ("output", "failed"),
    [
        (
            "ERROR log\n= short test summary info =\nFAILED a.py::t[x y] - a\nERROR b.py::u\n2 failed in 1s",
            {"a.py::t[x y]", "b.py::u"},
        ),
        (
            "FAIL: test_a (m.T.test_a)\nERROR: test_b (m.T)\nRan 2 tests in 1s\n\nFAILED (errors=2)",
            {"test_a (m.T.test_a)", "test_b (m.T)"},
        ),
        (
            "Failing scenarios:\n  f/a.feature:3  Log\n\n0 scenarios passed, 1 failed\nTook 0min 1.0s",
            {"f/a.feature:3"},
        ),
    ],
)
def test_failures_and_errors_are_failed_tests(output: str, failed: set[str]) -> None:
    assert Result.of(output).failed == failed


def test_a_run_without_a_last_line_shows_its_output() -> None:
    with pytest.raises(RuntimeError, match="usage error"):
        Result.of("usage error")


def test_the_outputs_of_a_step_give_the_known_counts_and_the_coverage(tmp_path: Path) -> None:
    path = tmp_path / "outputs"
    host = Host(Console(), environ={"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(path)})
    outputs = {"tests-passed": "7", "tests-failed": "1", "tests-skipped": "", "coverage-percent": "81.39"}
    Runner(host).set_outputs(outputs)

    assert outputs_of_step(path) == ({"passed": 7, "failed": 1}, "81.39")


def test_counts_that_ci_kit_knows_replace_those_of_the_runner() -> None:
    assert RESULT.counted({"passed": 4}).counts == {"passed": 4, "failed": 1}


@pytest.mark.parametrize(
    ("under_ci_kit", "difference"),
    [
        (
            replace(BY_HAND, result=RESULT.counted({"passed": 4})),
            ["passed: 3 in the first run, 4 in the second run"],
        ),
        (
            replace(BY_HAND, result=RESULT.counted({"xfailed": 1})),
            ["xfailed: 0 in the first run, 1 in the second run"],
        ),
        (
            replace(BY_HAND, result=replace(RESULT, failed=frozenset({"a::c"}))),
            ["failed only in the first run: a::b", "failed only in the second run: a::c"],
        ),
        (replace(BY_HAND, coverage="0.00"), ["coverage: 91.08 in the first run, 0.00 in the second run"]),
        (replace(BY_HAND, exit_code=8), ["exit code: 1 in the first run, 8 in the second run"]),
        (replace(BY_HAND, seconds=90.0, result=replace(RESULT, seconds=50.0), output="x"), []),
    ],
)
def test_everything_but_the_times_must_be_equal(under_ci_kit: Outcome, difference: list[str]) -> None:
    assert BY_HAND.differences(under_ci_kit, "the first run", "the second run") == difference


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", '[tool.ci-kit]\ndatabase = "a"\n'),
        ('[project]\nname = "x"\n', '[project]\nname = "x"\n\n[tool.ci-kit]\ndatabase = "a"\n'),
    ],
)
def test_the_table_of_ci_kit_follows_the_projects_own_tables(tmp_path: Path, own: str, expected: str) -> None:
    added, project = tmp_path / "added", tmp_path / "project"
    (added / "tests").mkdir(parents=True)
    (project / "tests").mkdir(parents=True)
    (added / "pyproject.toml").write_text('[tool.ci-kit]\ndatabase = "a"\n')
    (added / "tests" / "my.cnf.template").write_text("[client]\n")
    if own:
        (project / "pyproject.toml").write_text(own)

    add_files(added, project)

    assert (project / "pyproject.toml").read_text() == expected
    assert (project / "tests" / "my.cnf.template").read_text() == "[client]\n"


@pytest.mark.parametrize("suite", SUITES, ids=[suite.name for suite in SUITES])
def test_the_document_has_the_settings_of_each_suite(suite: Suite) -> None:
    settings = (suite.added / "pyproject.toml").read_text(encoding="utf-8")

    assert f"```toml\n{settings}```" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("suite", SUITES, ids=[suite.name for suite in SUITES])
def test_ci_kit_accepts_the_settings_of_each_suite(suite: Suite, tmp_path: Path) -> None:
    add_files(suite.added, tmp_path)

    assert load_settings(tmp_path, {}).timezone == "UTC"
