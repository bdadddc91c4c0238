"""Failures that belong together: those of one test function, or with one cause."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ci_kit.testing.results import Failure

# They hide the failures of tests, or are the reason for them.
_OUTSIDE_TESTS = ("conftest", "session", "collection")
_PARAMETERS = re.compile(r"\[| [(\[]")
_ADDRESS = re.compile(r"0x[0-9a-f]+", re.IGNORECASE)
# Different tests may compare the same values. Any other exception has a text of its own.
_COMPARISON = ("assert ", "AssertionError")


@dataclass(frozen=True)
class FailedTest:
    """A failure, and the names of the runs that had it: none in the report of one run."""

    failure: Failure
    runs: tuple[str, ...]


@dataclass(frozen=True)
class FailureGroup:
    """Failures with one ``title``. With ``same_cause``, they have the same message."""

    title: str
    failures: tuple[Failure, ...]
    same_cause: bool = False

    @property
    def causes(self) -> tuple[Failure, ...]:
        """The first failure of each message."""
        return tuple({_cause(one): one for one in reversed(self.failures)}.values())[::-1]

    @property
    def tests(self) -> tuple[FailedTest, ...]:
        """Each failed test once, with the runs in which it failed."""
        return _merged(self.failures, lambda one: (one.node, one.stage, one.path))

    @property
    def different(self) -> tuple[FailedTest, ...]:
        """Each failed test once for each of its messages, with the runs that had this message."""
        return _merged(self.failures, lambda one: (one.node, one.stage, one.path, _cause(one)))

    @property
    def runs(self) -> tuple[str, ...]:
        """The names of the runs that have these failures."""
        return _runs(self.failures)


def group_failures(failures: Sequence[Failure]) -> tuple[FailureGroup, ...]:
    """Group failures by their cause if several test functions have it, and else by test function.

    Failures outside tests come first, because they may be the cause of the others.
    """
    functions: dict[str, set[str]] = {}
    for failure in failures:
        functions.setdefault(_cause(failure), set()).add(test_function(failure.node))
    grouped: dict[tuple[str, bool], list[Failure]] = {}
    for failure in sorted(failures, key=lambda one: one.stage not in _OUTSIDE_TESTS):
        cause = _cause(failure)
        shared = len(functions[cause]) > 1 and not failure.message.startswith(_COMPARISON)
        key = cause if shared else test_function(failure.node)
        grouped.setdefault((key, shared), []).append(failure)
    return tuple(
        FailureGroup(found[0].message if shared else key, tuple(found), same_cause=shared)
        for (key, shared), found in grouped.items()
    )


def test_function(node: str) -> str:
    """The id of a test without its parameters and without the name of a subtest."""
    path, separator, names = node.partition("::")
    return path + separator + _PARAMETERS.split(names, maxsplit=1)[0]


def _merged(failures: Sequence[Failure], key: Callable[[Failure], object]) -> tuple[FailedTest, ...]:
    """The first of the failures with equal keys, with the runs of all of them. In one run, each stays."""
    found: dict[object, list[Failure]] = {}
    for number, one in enumerate(failures):
        found.setdefault(key(one) if one.run else number, []).append(one)
    return tuple(FailedTest(same[0], _runs(same)) for same in found.values())


def _runs(failures: Sequence[Failure]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.run for one in failures if one.run))


def _cause(failure: Failure) -> str:
    """A message without addresses of memory, which differ from run to run."""
    return _ADDRESS.sub("0x…", failure.message)
