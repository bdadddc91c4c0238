"""The tests of a run, each with its failures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ci_kit.testing.results import Failure, Results, TestResult


@dataclass(frozen=True, slots=True)
class EndedTest:
    """A test, its failures, and the failures after which it ran again."""

    result: TestResult
    failures: Sequence[Failure] = ()
    reruns: Sequence[Failure] = ()


def ended_tests(results: Results) -> Iterator[EndedTest]:
    """Each test. What failed without a result is an error: a file at its import, a test that did not end."""
    failures, reruns = _by_test(results.failures), _by_test(results.rerun)
    for test in results.tests:
        key = test.run, test.node
        yield EndedTest(test, failures.get(key, ()), reruns.get(key, ()))
    ended = {(test.run, test.node) for test in results.tests}
    for (run, node), others in failures.items():
        if (run, node) not in ended:
            first = others[0]
            yield EndedTest(TestResult(node, "error", 0.0, first.path, first.line, run=run), others)


def _by_test(failures: Sequence[Failure]) -> dict[tuple[str, str], list[Failure]]:
    """The failures by their run and the id of their test: runs of a matrix have the same tests."""
    found = defaultdict[tuple[str, str], list[Failure]](list)
    for failure in failures:
        found[failure.run, failure.test or failure.node].append(failure)
    return dict(found)
