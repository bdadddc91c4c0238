"""The comparison of a public project's tests by hand and under ci-kit."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.suites.outcome import Outcome, counts_of_last_line, counts_of_outputs, failed_tests
from ci_kit.console import Console
from ci_kit.github import Runner
from ci_kit.host.machine import Host

BY_HAND = Outcome({"passed": 3, "failed": 1}, frozenset({"a::b"}), "91.08", 1, 9.0, 5.0)


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
    ],
)
def test_errors_count_as_failed_in_pytests_last_line(
    line: str, counts: dict[str, int], seconds: float
) -> None:
    assert counts_of_last_line(f"a test printed: 9 failed in 1s\n{line}\nno more output") == (counts, seconds)


def test_a_run_without_a_last_line_shows_its_output() -> None:
    with pytest.raises(RuntimeError, match="usage error"):
        counts_of_last_line("usage error")


def test_the_outputs_of_a_step_give_counts_and_coverage(tmp_path: Path) -> None:
    path = tmp_path / "outputs"
    host = Host(Console(), environ={"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(path)})
    outputs = {"tests-passed": "7", "tests-failed": "1", "tests-skipped": "", "coverage-percent": "81.39"}
    Runner(host).set_outputs(outputs)

    assert counts_of_outputs(path) == ({"passed": 7, "failed": 1, "skipped": 0}, "81.39")


def test_failures_and_errors_are_failed_tests(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    cases = ("<failure/>", "<error/>", "<skipped/>", "")
    texts = (f'<testcase classname="m" name="t{i}">{case}</testcase>' for i, case in enumerate(cases))
    junit.write_text(f"<testsuites><testsuite>{''.join(texts)}</testsuite></testsuites>")

    assert failed_tests(junit) == {"m::t0", "m::t1"}


@pytest.mark.parametrize(
    ("under_ci_kit", "difference"),
    [
        (replace(BY_HAND, counts={"passed": 4, "failed": 1}), ["passed: 3 by hand, 4 under ci-kit"]),
        (
            replace(BY_HAND, counts={"passed": 3, "failed": 1, "xfailed": 1}),
            ["xfailed: 0 by hand, 1 under ci-kit"],
        ),
        (
            replace(BY_HAND, failed=frozenset({"a::c"})),
            ["failed only by hand: a::b", "failed only under ci-kit: a::c"],
        ),
        (replace(BY_HAND, coverage="0.00"), ["coverage: 91.08 by hand, 0.00 under ci-kit"]),
        (replace(BY_HAND, exit_code=8), ["exit code: 1 by hand, 8 under ci-kit"]),
        (replace(BY_HAND, seconds=90.0, test_seconds=50.0), []),
    ],
)
def test_everything_but_the_times_must_be_equal(under_ci_kit: Outcome, difference: list[str]) -> None:
    assert BY_HAND.differences(under_ci_kit) == difference
