"""How a run compares with the earlier ones."""

from __future__ import annotations

from ci_kit.history.past_tests import PastTests
from ci_kit.history.trend import OnlyParallel, Trend, only_parallel, trend_of
from ci_kit.history.usual import Slower
from tests.unit.history.making import ended, run_of

OTHER_COMMIT = "9a8b"
CHANGE = run_of(branch="12/merge", commit=OTHER_COMMIT, coverage=88.0, tests=103)


def compare(*earlier: object, run: object = CHANGE, base: str = "main") -> Trend:
    return trend_of(run, earlier, [], PastTests(), base=base)  # type: ignore[arg-type]


def test_a_change_is_compared_with_the_last_run_of_its_base_branch() -> None:
    newest = run_of(coverage=87.0, tests=99)
    trend = compare(run_of(coverage=10.0), newest, run_of(branch="other"), run_of(branch="12/merge"))
    assert (trend.base, trend.coverage_before, trend.tests_before) == ("main", 87.0, 99)


def test_the_base_branch_itself_is_compared_with_its_last_other_commit() -> None:
    earlier = (run_of(coverage=80.0), run_of(commit=OTHER_COMMIT, coverage=81.0))
    assert compare(*earlier, run=run_of(commit=OTHER_COMMIT)).coverage_before == 80.0
    # Without git, each run is another one.
    assert compare(run_of(commit="", coverage=82.0), run=run_of(commit="")).coverage_before == 82.0


def test_a_new_branch_with_the_commit_of_its_base_branch_is_compared_with_it() -> None:
    assert compare(run_of(coverage=87.0), run=run_of(branch="new")).coverage_before == 87.0


def test_a_run_that_failed_or_is_of_another_kind_is_no_base() -> None:
    for other in ({"outcome": "failed"}, {"name": "Python 3.13"}, {"command": "other"}):
        trend = compare(run_of(**other))
        assert (trend.base, trend.coverage_before, trend.tests_before) == ("", None, None)


def test_without_a_known_branch_there_is_no_base() -> None:
    assert compare(run_of(branch=""), base="").base == ""


def test_the_last_ten_runs_of_the_same_kind_are_there() -> None:
    earlier = [run_of(seconds=float(n)) for n in range(20)]
    trend = compare(*earlier, run_of(command="other"))
    assert trend.runs == (*earlier[-9:], CHANGE)


def test_a_slower_run_is_found_among_runs_of_the_same_size() -> None:
    usual = [run_of(test_seconds=28.0)] * 6
    slow = run_of(test_seconds=45.0)
    assert compare(*usual, run=slow).slower_run == Slower("", 45.0, 28.0, 6)
    for other in ({"tests": 80}, {"tests": None}, {"test_seconds": None}):
        assert compare(*[run_of(**{"test_seconds": 28.0} | other)] * 6, run=slow).slower_run is None
        assert compare(*usual, run=run_of(**{"test_seconds": 45.0} | other)).slower_run is None


def test_the_tests_that_took_longer_are_there_the_worst_first() -> None:
    earlier = PastTests()
    for _ in range(8):
        earlier = earlier.with_run([ended(node) for node in "abcdef"])
    now = [
        ended("a"),
        ended("b", 3.2),
        ended("c", 5.0, "failed"),
        ended("d", 9.0, "skipped"),
        ended("e", 9.0, reruns=1),
        ended("new", 9.0),
    ]
    found = trend_of(CHANGE, [], now, earlier, base="main").slower_tests
    assert found == (Slower("c", 5.0, 0.9, 8), Slower("b", 3.2, 0.9, 8))


def test_on_a_machine_that_is_slow_in_general_no_test_is_slower() -> None:
    nodes = [str(n) for n in range(10)]
    earlier = PastTests()
    for _ in range(8):
        earlier = earlier.with_run([ended(node) for node in nodes])
    now = [ended(node, 2.7) for node in nodes]
    assert trend_of(CHANGE, [], now, earlier, base="").slower_tests == ()
    now[3] = ended("3", 9.0)
    assert [one.name for one in trend_of(CHANGE, [], now, earlier, base="").slower_tests] == ["3"]


def test_what_fails_in_parallel_alone_passed_when_it_last_ran_with_one_worker() -> None:
    before = [ended("passed"), ended("failed", outcome="failed"), ended("again"), ended("skipped")]
    earlier = PastTests().with_run(before).with_run([ended("again"), ended("skipped", outcome="skipped")])
    now = [
        *(ended(node, outcome="failed") for node in ("passed", "failed", "new")),
        ended("again", outcome="error"),
        ended("skipped", outcome="failed"),
    ]
    serial = [run_of(commit="old"), run_of(commit="new")]
    assert only_parallel(serial, now, earlier) == OnlyParallel("new", ("passed", "again", "skipped"))
    assert only_parallel([], now, earlier) is None
