"""What the tests of the history are made with."""

from __future__ import annotations

from typing import Any

from ci_kit.history.past_run import PastRun
from ci_kit.testing.results import TestResult, TestState


def run_of(**changes: Any) -> PastRun:
    """A run of 100 tests on main."""
    values: dict[str, Any] = {
        "began": "2026-12-01T02:47:05Z",
        "commit": "1f2e3d4c5b6a",
        "branch": "main",
        "event": "push",
        "outcome": "passed",
        "name": "MySQL 8.4, Python 3.12",
        "command": "0a1b2c3d",
        "seconds": 30.0,
        "test_seconds": 20.0,
        "tests": 100,
        "passed": 98,
        "failed": 0,
        "skipped": 2,
        "coverage": 87.5,
        "patch": None,
    }
    return PastRun(**values | changes)


def ended(
    node: str, seconds: float = 0.9, outcome: TestState = "passed", reruns: int = 0
) -> tuple[str, TestResult]:
    """A test that ended, by its node id."""
    return node, TestResult(node, outcome, seconds, reruns=reruns)
