"""The durations and outcomes of tests, run after run."""

from __future__ import annotations

from functools import reduce

import pytest

from ci_kit.history.past_tests import PastTest, PastTests, past_tests_text, read_tests
from ci_kit.testing.results import TestResult
from tests.unit.history.making import ended


def after(*runs: list[tuple[str, TestResult]]) -> PastTests:
    """What is known after these runs."""
    return reduce(PastTests.with_run, runs, PastTests())


def test_the_last_ten_durations_are_kept() -> None:
    past = after(*([ended("a", n / 10)] for n in range(12)))
    assert past.tests["a"] == PastTest("passed", 12, tuple(n / 10 for n in range(2, 12)))


def test_a_failure_or_a_rerun_changes_the_outcome_and_no_duration() -> None:
    past = after([ended("a", 0.5)], [ended("a", 9.0, "failed")])
    assert past.tests["a"] == PastTest("failed", 2, (0.5,))
    past = past.with_run([ended("a", 8.0, reruns=1)])
    assert past.tests["a"] == PastTest("passed", 3, (0.5,))


def test_a_skipped_test_did_not_run() -> None:
    assert after([ended("a", 0.0, "skipped")]).tests == {}
    assert after([ended("a", 0.5)], [ended("a", 0.0, "skipped")]).tests["a"] == PastTest("passed", 1, (0.5,))


def test_a_test_that_was_removed_is_forgotten_after_fifty_runs() -> None:
    past = after([ended("old"), ended("new")], *([ended("new")] for _ in range(49)))
    assert "old" in past.tests
    assert set(past.with_run([ended("new")]).tests) == {"new"}


def test_a_text_gives_the_same_tests() -> None:
    past = after([ended('test_a.py::test_a[한국어 \ud800 "x"\n]'), ended("b", 1e-4, "error")])
    text = past_tests_text(past)
    assert text.isascii()
    assert read_tests(text) == past


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"version":2,"runs":1,"tests":{}}',
        '{"version":1,"runs":1,"tests":[]}',
        '{"version":1,"runs":"1","tests":{}}',
        '{"version":1,"runs":1,"tests":{"a":["passed",1]}}',
        '{"version":1,"runs":1,"tests":{"a":["passed",1,["0.5"]]}}',
        '{"version":1,"runs":1,"tests":{"a":["passed",1,[NaN]]}}',
        '{"version":1,"runs":1,"tests":{"a":[1,1,[0.5]]}}',
    ],
)
def test_another_text_is_an_error(text: str) -> None:
    with pytest.raises(ValueError):
        read_tests(text)
