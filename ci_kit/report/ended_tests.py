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
        yield EndedTest(test, failures.get(test.node, ()), reruns.get(test.node, ()))
    ended = {test.node for test in results.tests}
    for node, others in failures.items():
        if node not in ended:
            yield EndedTest(TestResult(node, "error", 0.0, others[0].path, others[0].line), others)


def _by_test(failures: Sequence[Failure]) -> dict[str, list[Failure]]:
    found = defaultdict[str, list[Failure]](list)
    for failure in failures:
        found[failure.test or failure.node].append(failure)
    return dict(found)
