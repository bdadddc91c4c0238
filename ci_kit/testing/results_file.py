"""The files that the plugin ``lent/ci_kit_results`` writes, as :class:`~ci_kit.testing.results.Results`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from ci_kit.testing.results import Failure, Results, Section, TestResult, TestState

_CATEGORIES = frozenset({"passed", "failed", "error", "skipped", "xfailed", "xpassed", "rerun"})

_Event: TypeAlias = Mapping[str, object]


def read_results(path: Path) -> Results | None:
    """The results in a file, and in the one beside it; None if they are missing or have another shape."""
    try:
        return _results(_lines(path), _began_last(path.with_name(f"{path.name}.began")))
    # A RecursionError comes from deeply nested brackets.
    except (OSError, ValueError, RecursionError):
        return None


def _began_last(path: Path) -> str:
    """The test that began last; empty if none is known."""
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    # A long id is cut, maybe within a character.
    return data.partition(b"\0")[0].decode("utf-8", "replace")


def _lines(path: Path) -> Iterator[str]:
    # A session that is killed in its first test has written no line.
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            # A process that is killed may leave a part of a line.
            if line.endswith("\n"):
                yield line


def _results(lines: Iterator[str], began_last: str) -> Results | None:
    """The results in the lines; None without a trace of a session. Raises ValueError for another shape."""
    finish: _Event | None = None
    failures: list[Failure] = []
    rerun: list[Failure] = []
    tests: list[TestResult] = []
    for line in lines:
        event = _mapping(json.loads(line))
        match event.get("event"):
            case "failure":
                failures.append(_failure(event))
            case "rerun":
                rerun.append(_failure(event))
            case "tests":
                tests += _tests(event)
            case "finish":
                finish = event
            case _:
                raise ValueError(f"not an event: {line[:80]!r}")
    ended = Results(failures=tuple(failures), rerun=tuple(rerun), tests=tuple(tests))
    if finish is not None:
        return _finished(finish, ended)
    if failures or tests or began_last:
        return replace(ended, complete=False, began_last=began_last)
    return None


def _finished(event: _Event, ended: Results) -> Results:
    named = _mapping(event.get("counts"))
    counts = {printable(name): _integer(named, name) for name in named}
    only_collects = event.get("only_collects") is True
    return replace(
        ended,
        collected=_integer(event, "collected"),
        deselected=_integer(event, "deselected"),
        selected=_integer(event, "selected"),
        ended=_integer(event, "ended"),
        passed=counts.get("passed", 0),
        failed=counts.get("failed", 0),
        errors=counts.get("error", 0),
        skipped=counts.get("skipped", 0),
        xfailed=counts.get("xfailed", 0),
        xpassed=counts.get("xpassed", 0),
        reruns=counts.get("rerun", 0),
        others=tuple((name, count) for name, count in counts.items() if name not in _CATEGORIES),
        duration=_number(event, "seconds"),
        only_collects=only_collects,
        # `--setup-only` reports tests that it did not call.
        tests=() if only_collects else ended.tests,
        remembers_failures=event.get("remembers_failures") is True,
        interrupted="" if event.get("interrupted") is None else _text(event, "interrupted"),
    )


def _failure(event: _Event) -> Failure:
    return Failure(
        node=_text(event, "node"),
        stage=_text(event, "stage"),
        path=_text(event, "file"),
        line=_integer(event, "line"),
        message=_text(event, "message"),
        test=_text(event, "test") if "test" in event else "",
        traceback=_text(event, "traceback") if "traceback" in event else "",
        sections=tuple(_section(one) for one in _sequence(event, "sections")) if "sections" in event else (),
    )


def _section(value: object) -> Section:
    match value:
        case [str(title), str(text)]:
            return Section(printable(title), printable(text))
    raise ValueError(f"expected a title and a text, not {value!r:.80}")


def _tests(event: _Event) -> Iterator[TestResult]:
    root = _text(event, "root")
    paths: dict[str, str] = {}
    for value in _sequence(event, "tests"):
        match value:
            case [str(node), str(outcome), float(seconds), str(file), int(line), str(reason), int(reruns)]:
                name = file or node.partition("::")[0]
                path = paths.get(name)
                if path is None:
                    path = paths[name] = os.path.normpath(f"{root}/{printable(name)}")
                yield TestResult(
                    printable(node), _state(outcome), seconds, path, line, printable(reason), reruns
                )
            case _:
                raise ValueError(f"expected a test, not {value!r:.80}")


def _state(outcome: str) -> TestState:
    match outcome:
        case "passed" | "failed" | "error" | "skipped" | "xfailed" | "xpassed":
            return outcome
    raise ValueError(f"expected an outcome, not {outcome!r:.80}")


def _mapping(value: object) -> _Event:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, not {value!r:.80}")
    return value


def _sequence(event: _Event, name: str) -> Sequence[object]:
    value = event.get(name)
    if not isinstance(value, list):
        raise ValueError(f"{name}: expected a list, not {value!r:.80}")
    return value


def _text(event: _Event, name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name}: expected a text, not {value!r:.80}")
    return printable(value)


def printable(text: str) -> str:
    """The text with an escape for each lone surrogate: a file or a terminal cannot have one."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _integer(event: _Event, name: str) -> int:
    value = event.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name}: expected a whole number, not {value!r:.80}")
    return value


def _number(event: _Event, name: str) -> float:
    value = event.get(name)
    if not isinstance(value, int | float):
        raise ValueError(f"{name}: expected a number, not {value!r:.80}")
    return float(value)
