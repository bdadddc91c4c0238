"""The measurement of a run of all tests, from what pytest and coverage have left."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ci_kit.redaction import Redactor
from ci_kit.testing.results import Results
from ci_kit.testing.selection.affected import in_scope
from ci_kit.testing.selection.measured import SCOPE, Contexts, Measured, MeasuredTest, executed_blocks
from ci_kit.testing.selection.plan import Plan, imported_at_startup, packages_of, unrecorded, with_processes
from ci_kit.testing.selection.snapshot import digest_of

CONTEXTS = "contexts.json"
_KNOWN = ("passed", "xfailed", "xpassed")


class UnmeasuredError(Exception):
    """Why a run could not be measured."""


def read_recorded(
    plan: Plan, run_folder: Path, results: Results, redactor: Redactor, read: Callable[[str], str]
) -> Measured:
    """What the tests of a run executed. ``read`` gives the text of a file of the repository.

    Tests that failed, were skipped, ran again or started other processes are left out, so they run in any
    case. Raises UnmeasuredError.
    """
    if problem := unrecorded(run_folder):
        raise UnmeasuredError(problem)
    if results.interrupted or results.ended != results.selected or not results.counted:
        raise UnmeasuredError("not all tests came to an end")
    top = os.path.realpath(plan.top)
    contexts = _read_contexts(run_folder / CONTEXTS, top)
    for path in contexts:
        if digest_of(plan.top / path) != plan.files.get(path):
            raise UnmeasuredError(f"{path} changed while the tests ran, or git ignores it")
    sources, ran = executed_blocks(contexts, read)
    elsewhere = with_processes(run_folder)
    scopes = [name.removeprefix(SCOPE) for name in elsewhere if name.startswith(SCOPE)]
    tests = {
        node: MeasuredTest(path, ran.get(node, frozenset()))
        for node, path in _passed(results, top)
        if node not in elsewhere
        and not any(in_scope(node, scope) for scope in scopes)
        # A secret, such as that of a parameter, does not go into a file.
        and redactor.redact(node) == node
    }
    return Measured(
        plan.environment,
        packages_of(run_folder),
        plan.files,
        sources,
        tests,
        {name.removeprefix(SCOPE): found for name, found in ran.items() if name.startswith(SCOPE)},
        ran.get("", frozenset()),
        frozenset(filter(None, (_inside(path, top) for path in imported_at_startup(run_folder)))),
    )


def _read_contexts(path: Path, top: str) -> Contexts:
    try:
        document: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise UnmeasuredError("coverage could not report") from None
    names = document["contexts"]
    return {
        inside: [(lines, [names[number] for number in numbers]) for lines, numbers in groups]
        for file, groups in document["files"].items()
        if (inside := _inside(file, top))
    }


def _passed(results: Results, top: str) -> Iterator[tuple[str, str]]:
    """The node id and the file of each test that passed at once."""
    inside: dict[str, str] = {}
    for test in results.tests:
        if test.outcome in _KNOWN and not test.reruns:
            if test.path not in inside:
                inside[test.path] = _inside(test.path, top)
            if path := inside[test.path]:
                yield test.node, path


def _inside(path: str, top: str) -> str:
    """A path relative to the repository; empty if it is elsewhere."""
    real = os.path.realpath(path)
    return os.path.relpath(real, top).replace(os.sep, "/") if real.startswith(top + os.sep) else ""
