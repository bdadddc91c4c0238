"""What a test run reported: counts, failed tests, coverage and exit code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

_LAST_LINE = re.compile(r"^=* ?((?:\d+ [a-z ]+(?:, )?)+) in ([\d.]+)s")
_OUTPUT = re.compile(r"^([a-z-]+)<<(\S+)\n(.*)\n\2$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """``failed`` are the ids of tests with a failure or an error. ``coverage`` is in percent.

    ``seconds`` is the whole run with its server; ``test_seconds`` is pytest's own time in it.
    """

    counts: Mapping[str, int]
    failed: frozenset[str]
    coverage: str
    exit_code: int
    seconds: float
    test_seconds: float

    def differences(self, other: Outcome) -> list[str]:
        """What differs from another outcome of the same suite, apart from the times."""
        found = [
            f"{name}: {mine} by hand, {theirs} under ci-kit"
            for name, mine, theirs in (
                *((key, self.counts.get(key, 0), other.counts.get(key, 0)) for key in (*SHOWN, *_OTHERS)),
                ("coverage", self.coverage, other.coverage),
                ("exit code", self.exit_code, other.exit_code),
            )
            if mine != theirs
        ]
        found += [f"failed only by hand: {name}" for name in sorted(self.failed - other.failed)]
        found += [f"failed only under ci-kit: {name}" for name in sorted(other.failed - self.failed)]
        return found

    @property
    def around_tests(self) -> float:
        """Seconds of the run that pytest did not spend: for the server, start-up and reports."""
        return self.seconds - self.test_seconds


SHOWN = ("passed", "failed", "skipped")
"""The counts that ci-kit sets as outputs of a step."""

_OTHERS = ("xfailed", "xpassed")


def counts_of_last_line(output: str) -> tuple[dict[str, int], float]:
    """The counts in pytest's last line, and its seconds. Errors count as failed, as in ci-kit's outputs."""
    line = next((match for line in reversed(output.splitlines()) if (match := _LAST_LINE.match(line))), None)
    if line is None:
        raise RuntimeError(f"pytest printed no last line:\n{output[-3000:]}")
    counts: dict[str, int] = {}
    for part in line[1].split(", "):
        number, _, name = part.partition(" ")
        counts[name] = int(number)
    errors = counts.pop("errors", 0) + counts.pop("error", 0)
    counts["failed"] = counts.get("failed", 0) + errors
    return counts, float(line[2])


def counts_of_outputs(path: Path) -> tuple[dict[str, int], str]:
    """The counts and the coverage in the outputs that ci-kit set for a step."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    values = {name: value for name, _, value in _OUTPUT.findall(text)}
    counts = {name: int(values.get(f"tests-{name}") or 0) for name in SHOWN}
    return counts, values.get("coverage-percent", "")


def failed_tests(junit: Path) -> frozenset[str]:
    """The tests with a failure or an error in pytest's JUnit file."""
    if not junit.exists():
        return frozenset()
    cases = ET.parse(junit).iter("testcase")  # noqa: S314 - pytest wrote it just now
    return frozenset(
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    )
