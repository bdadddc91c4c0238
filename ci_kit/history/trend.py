"""How a run differs from the earlier runs of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ci_kit.history.past_run import PastRun
from ci_kit.history.past_tests import PastTests
from ci_kit.history.usual import FEWEST, Slower, median, slower
from ci_kit.testing.results import TestResult

_SHOWN_RUNS = 10
_COMPARED_RUNS = 10
# A run with far more tests takes longer for another reason.
_SAME_SIZE = 0.1
# In seconds: of a shorter duration, a large part is chance.
_MEASURABLE = 0.01


@dataclass(frozen=True)
class OnlyParallel:
    """The tests that failed with several workers, and passed in the last run with one.

    ``commit`` is what that run tested, empty if unknown. Another commit may also explain the failures.
    """

    commit: str
    tests: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trend:
    """What the history says about a run.

    ``base`` is the branch that the run is compared with. ``coverage_before`` (in percent) and
    ``tests_before`` are those of the last run of that branch that passed; None without one. ``slower_run``
    says that all tests together took longer than usual. ``slower_tests`` are the tests that did, the worst
    first. ``runs`` are the last runs of the same kind, the newest last; the run itself is the last one.
    ``parallel`` is None for one worker, and if no run with one worker is known.
    """

    base: str = ""
    coverage_before: float | None = None
    tests_before: int | None = None
    slower_run: Slower | None = None
    slower_tests: tuple[Slower, ...] = ()
    runs: tuple[PastRun, ...] = ()
    parallel: OnlyParallel | None = None


NO_TREND = Trend()


def trend_of(
    run: PastRun,
    earlier: Sequence[PastRun],
    results: Iterable[tuple[str, TestResult]],
    tests: PastTests,
    *,
    base: str,
) -> Trend:
    """Compare a run with the earlier ones, and its tests (by node id without secrets) with theirs."""
    same = [one for one in earlier if one.kind == run.kind]
    of_base = [one for one in same if one.branch == base and one.outcome == "passed" and not _again(one, run)]
    before = of_base[-1] if base and of_base else None
    return Trend(
        base=base if before else "",
        coverage_before=before.coverage if before else None,
        tests_before=before.tests if before else None,
        slower_run=_slower_run(run, same),
        slower_tests=tuple(sorted(_slower_tests(results, tests), key=_by_how_much, reverse=True)),
        runs=(*same[1 - _SHOWN_RUNS :], run),
    )


def only_parallel(
    serial: Sequence[PastRun], results: Iterable[tuple[str, TestResult]], tests: PastTests
) -> OnlyParallel | None:
    """What failed with several workers alone. ``serial`` are the runs with one, and ``tests`` their tests."""
    if not serial:
        return None
    failed = (
        node
        for node, result in results
        if result.outcome in ("failed", "error")
        and (past := tests.tests.get(node))
        and past.outcome == "passed"
    )
    return OnlyParallel(serial[-1].commit, tuple(failed))


def _again(one: PastRun, run: PastRun) -> bool:
    """Whether an earlier run of the same branch tested the same commit: it has nothing to compare.

    A new branch has the commit of its base branch, and on a laptop changes that are not committed.
    """
    return bool(run.commit) and (one.branch, one.commit) == (run.branch, run.commit)


def _slower_run(run: PastRun, same: Iterable[PastRun]) -> Slower | None:
    if run.test_seconds is None or not run.tests:
        return None
    durations = [
        one.test_seconds
        for one in same
        if one.test_seconds is not None and one.tests and abs(one.tests / run.tests - 1) <= _SAME_SIZE
    ]
    return slower("", run.test_seconds, durations[-_COMPARED_RUNS:])


def _slower_tests(results: Iterable[tuple[str, TestResult]], tests: PastTests) -> Iterator[Slower]:
    # A rerun is reported anyway.
    known = [
        (result, past.seconds)
        for node, result in results
        if (past := tests.tests.get(node)) and result.outcome != "skipped" and not result.reruns
    ]
    longer = [(result, earlier) for result, earlier in known if slower(result.node, result.seconds, earlier)]
    pace = _pace(known) if longer else 1.0
    for result, earlier in longer:
        if found := slower(result.node, result.seconds, earlier, pace):
            yield found


def _pace(known: Iterable[tuple[TestResult, Sequence[float]]]) -> float:
    """How many times as long as usual the tests take. On a busy machine, all of them take longer."""
    ratios = [
        result.seconds / usual
        for result, earlier in known
        if len(earlier) >= FEWEST and (usual := median(earlier)) >= _MEASURABLE
    ]
    return median(ratios) if len(ratios) >= FEWEST else 1.0


def _by_how_much(one: Slower) -> float:
    return one.seconds - one.usual
