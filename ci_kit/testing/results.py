"""The results of a test run, read from the files that the plugin ``lent/ci_kit_results`` writes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TypeAlias

_CATEGORIES = frozenset({"passed", "failed", "error", "skipped", "xfailed", "xpassed", "rerun"})

_Event: TypeAlias = Mapping[str, object]


@dataclass(frozen=True)
class Failure:
    """A test that failed, or a file that could not be collected.

    ``path`` is absolute, or empty if no file is known. ``line`` counts from 1; 0 means unknown.
    """

    node: str
    stage: str
    path: str
    line: int
    message: str


@dataclass(frozen=True)
class Results:
    """What a session reported. The counts by outcome are those of pytest's last line.

    One test may count several times there: if it failed and its teardown failed too, or by its subtests.
    ``others`` are the categories of plugins, such as ``subtests passed``. ``collected`` includes
    ``deselected``. ``selected`` and ``ended`` count each test once: those to run, and those that came to an
    end. ``duration`` is in seconds.

    ``flaky`` are tests that passed after a rerun, each with its last failure. ``interrupted`` is the reason
    that ended the session early. A session that did not finish is not ``complete``: it has failures, no
    counts, and the test that began last. ``uncounted`` is the number of commands whose counts are unknown.
    """

    collected: int = 0
    deselected: int = 0
    selected: int = 0
    ended: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    reruns: int = 0
    others: tuple[tuple[str, int], ...] = ()
    duration: float = 0.0
    failures: tuple[Failure, ...] = ()
    flaky: tuple[Failure, ...] = ()
    only_collects: bool = False
    interrupted: str = ""
    complete: bool = True
    began_last: str = ""
    uncounted: int = 0

    @property
    def counted(self) -> bool:
        """Whether the counts are known."""
        return self.complete and not self.uncounted

    @property
    def ran(self) -> int:
        """The number of outcomes of tests that were not skipped."""
        return self.passed + self.failed + self.errors + self.xfailed + self.xpassed


UNKNOWN = Results(uncounted=1)
"""The results of a command that reported none."""


def total_results(results: Sequence[Results | None]) -> Results:
    """The results of several commands together. The counts of one that did not report them are unknown."""
    known = [_one_of_several(one) for one in results]
    numbers = {
        field.name: sum(getattr(one, field.name) for one in known)
        for field in fields(Results)
        if type(field.default) in (int, float)
    }
    others = Counter[str]()
    for one in known:
        others.update(dict(one.others))
    return Results(
        **numbers,
        others=tuple(others.items()),
        failures=tuple(failure for one in known for failure in one.failures),
        flaky=tuple(failure for one in known for failure in one.flaky),
        only_collects=all(one.only_collects for one in known),
    )


def _one_of_several(results: Results | None) -> Results:
    if results is None:
        return UNKNOWN
    # Its failures are known all the same, and so are the counts of the other commands.
    return results if results.complete else replace(results, complete=True, uncounted=1)


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
    for line in lines:
        event = _mapping(json.loads(line))
        match event.get("event"):
            case "failure":
                failures.append(_failure(event))
            case "finish":
                finish = event
            case _:
                raise ValueError(f"not an event: {line[:80]!r}")
    if finish is not None:
        return _finished(finish, tuple(failures))
    if failures or began_last:
        return Results(failures=tuple(failures), complete=False, began_last=began_last)
    return None


def _finished(event: _Event, failures: tuple[Failure, ...]) -> Results:
    named = _mapping(event.get("counts"))
    counts = {_printable(name): _integer(named, name) for name in named}
    return Results(
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
        failures=failures,
        flaky=tuple(_failure(_mapping(one)) for one in _sequence(event, "flaky")),
        only_collects=event.get("only_collects") is True,
        interrupted="" if event.get("interrupted") is None else _text(event, "interrupted"),
    )


def _failure(event: _Event) -> Failure:
    return Failure(
        node=_text(event, "node"),
        stage=_text(event, "stage"),
        path=_text(event, "file"),
        line=_integer(event, "line"),
        message=_text(event, "message"),
    )


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
    return _printable(value)


def _printable(text: str) -> str:
    # A lone surrogate cannot be written to a file or a terminal.
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
