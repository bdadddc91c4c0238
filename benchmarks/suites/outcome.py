"""What a run reported: the counts and the failed tests, the coverage and the exit code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

SHOWN = ("passed", "failed", "skipped")
"""The counts that ci-kit sets as outputs of a step. Errors count as failed there."""

_OTHERS = ("xfailed", "xpassed")
_OUTPUT = re.compile(r"^([a-z-]+)<<(\S+)\n(.*)\n\2$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """``failed`` are the names of tests with a failure or an error. ``seconds`` is the runners' own time."""

    counts: Mapping[str, int]
    failed: frozenset[str]
    seconds: float

    @classmethod
    def of(cls, output: str) -> Result:
        """What pytest, Django's runner and behave printed at their end, added up."""
        found = [result for runner in _RUNNERS if (result := runner(output))]
        if not found:
            raise RuntimeError(f"no test runner printed its result:\n{output[-3000:]}")
        counts: Counter[str] = Counter()
        for result in found:
            counts.update(result.counts)
        failed = frozenset(name for result in found for name in result.failed)
        return cls(counts, failed, sum(result.seconds for result in found))

    def counted(self, counts: Mapping[str, int]) -> Result:
        """The same with these counts, as far as they are known."""
        return replace(self, counts={**self.counts, **counts})


@dataclass(frozen=True)
class Outcome:
    """``coverage`` is in percent. ``seconds`` is the whole run with its server. ``output`` is its text."""

    result: Result
    coverage: str
    exit_code: int
    seconds: float
    output: str

    def differences(self, other: Outcome, mine_is: str, other_is: str) -> list[str]:
        """What differs from another outcome of the same suite, apart from the times.

        ``mine_is`` and ``other_is`` name the two runs.
        """
        mine, theirs = self.result, other.result
        compared = [
            *((name, mine.counts.get(name, 0), theirs.counts.get(name, 0)) for name in (*SHOWN, *_OTHERS)),
            ("coverage", self.coverage, other.coverage),
            ("exit code", self.exit_code, other.exit_code),
        ]
        return [
            *(
                f"{name}: {one} in {mine_is}, {two} in {other_is}"
                for name, one, two in compared
                if one != two
            ),
            *(f"failed only in {mine_is}: {name}" for name in sorted(mine.failed - theirs.failed)),
            *(f"failed only in {other_is}: {name}" for name in sorted(theirs.failed - mine.failed)),
        ]

    @property
    def around_tests(self) -> float:
        """Seconds of the run that the tests did not take: for the server, start-up and reports."""
        return self.seconds - self.result.seconds


def outputs_of_step(path: Path) -> tuple[dict[str, int], str]:
    """The counts and the coverage in the outputs that ci-kit set for a step. An unknown count is missing."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    values = {name: value for name, _, value in _OUTPUT.findall(text)}
    counts = {name: int(number) for name in SHOWN if (number := values.get(f"tests-{name}"))}
    return counts, values.get("coverage-percent", "")


def _pytest(output: str) -> Result | None:
    """The last line, such as ``== 1 failed, 2 passed in 0.12s ==``, and the lines of the summary."""
    lines = re.findall(r"^=* ?((?:\d+ [a-z ]+(?:, )?)+) in ([\d.]+)s", output, re.MULTILINE)
    if not lines:
        return None
    counts = {name: int(number) for number, name in re.findall(r"(\d+) ([a-z ]+)", lines[-1][0])}
    errors = counts.pop("errors", 0) + counts.pop("error", 0)
    counts["failed"] = counts.get("failed", 0) + errors
    summary = output.rpartition("short test summary info")[2]
    failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", summary, re.MULTILINE)
    return Result(counts, frozenset(failed), float(lines[-1][1]))


def _django(output: str) -> Result | None:
    """The last lines: ``Ran 9 tests in 1.234s`` and ``FAILED (failures=1, skipped=2)``."""
    line = re.search(r"^Ran (\d+) tests? in ([\d.]+)s\n\n(?:OK|FAILED)(?: \((.*)\))?$", output, re.MULTILINE)
    if line is None:
        return None
    numbers = {name: int(number) for name, number in re.findall(r"([a-z][a-z ]+)=(\d+)", line[3] or "")}
    counts = {
        "failed": numbers.get("failures", 0) + numbers.get("errors", 0),
        "skipped": numbers.get("skipped", 0),
        "xfailed": numbers.get("expected failures", 0),
        "xpassed": numbers.get("unexpected successes", 0),
    }
    counts["passed"] = int(line[1]) - sum(counts.values())
    failed = re.findall(r"^(?:FAIL|ERROR): (.+)$", output, re.MULTILINE)
    return Result(counts, frozenset(failed), float(line[2]))


def _behave(output: str) -> Result | None:
    """The last lines: ``3 scenarios passed, 1 failed, 0 skipped`` and ``Took 0min 1.2s``."""
    line = re.search(r"^(\d+) scenarios? passed, (.+)$", output, re.MULTILINE)
    took = re.search(r"^Took (\d+)m(?:in)? ?([\d.]+)s", output, re.MULTILINE)
    if line is None or took is None:
        return None
    numbers = {name: int(number) for number, name in re.findall(r"(\d+) (\w+)", line[2])}
    skipped = numbers.pop("skipped", 0)
    # behave has several kinds of errors, such as hook_error.
    counts = {"passed": int(line[1]), "failed": sum(numbers.values()), "skipped": skipped}
    names = re.findall(r"^  (\S+\.feature:\d+)  ", output, re.MULTILINE)
    return Result(counts, frozenset(names), 60 * int(took[1]) + float(took[2]))


_RUNNERS: tuple[Callable[[str], Result | None], ...] = (_pytest, _django, _behave)
