"""The tests that failed when they ran last, for one kind of run: node ids without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ci_kit.history.past_run import read_json
from ci_kit.testing.results import TestResult

_VERSION = 1
_FAILED = ("failed", "error")


def failed_after(before: Iterable[str], results: Iterable[tuple[str, TestResult]]) -> tuple[str, ...]:
    """The failed tests after one more run. A test that did not run, or was skipped, stays what it was."""
    found = dict.fromkeys(before)
    for node, result in results:
        if result.outcome in _FAILED:
            found[node] = None
        elif result.outcome != "skipped":
            found.pop(node, None)
    return tuple(found)


def last_failed_text(nodes: Iterable[str]) -> str:
    """The tests as a text of JSON."""
    return json.dumps({"version": _VERSION, "failed": [*nodes]})


def read_last_failed(text: str) -> tuple[str, ...]:
    """The tests in a text. Raises ValueError for anything else."""
    match read_json(text):
        case {"version": int(version), "failed": list(nodes)} if version == _VERSION:
            return tuple(map(str, nodes))
    raise ValueError("it has another version")
