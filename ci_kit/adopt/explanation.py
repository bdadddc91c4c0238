"""What ``ci-kit adopt`` tells about a workflow: what it changes, what it keeps and why, and its advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Change:
    """Some lines that go, and what becomes of them."""

    lines: tuple[int, int]
    found: str
    became: str


@dataclass(frozen=True)
class Kept:
    """A part that stays as it is, because ci-kit is not sure."""

    line: int
    what: str
    why: str


@dataclass(frozen=True)
class Advice:
    """Something that is wrong, or that a reader should know. ci-kit does not change it."""

    line: int
    text: str


@dataclass(frozen=True)
class Explanation:
    """What is told about one job, or about the whole workflow if ``job`` is empty."""

    job: str = ""
    changes: tuple[Change, ...] = ()
    kept: tuple[Kept, ...] = ()
    advice: tuple[Advice, ...] = ()

    def lines(self) -> Iterator[str]:
        """The explanation, a line each, without a title."""
        for change in _joined(sorted(self.changes, key=lambda one: one.lines)):
            yield f"  replaced  {_range(change.lines)}: {change.found} -> {change.became}"
        for kept in sorted(set(self.kept), key=lambda one: one.line):
            yield f"  kept      line {kept.line}: {kept.what}: {kept.why}"
        for advice in sorted(set(self.advice), key=lambda one: one.line):
            yield f"  advice    line {advice.line}: {advice.text}"


@dataclass
class Notes:
    """Collects what an explanation has."""

    changes: list[Change] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)

    def explanation(self, job: str) -> Explanation:
        return Explanation(job, tuple(self.changes), tuple(self.kept), tuple(self.advice))


def _joined(changes: list[Change]) -> list[Change]:
    """The changes; those of the same kind that follow one another are one."""
    joined: list[Change] = []
    for change in changes:
        last = joined[-1] if joined else None
        same = last and (last.found, last.became) == (change.found, change.became)
        if last and same and change.lines[0] <= last.lines[1] + 1:
            joined[-1] = replace(last, lines=(last.lines[0], max(last.lines[1], change.lines[1])))
        else:
            joined.append(change)
    return joined


def _range(lines: tuple[int, int]) -> str:
    first, last = lines
    return f"line {first}" if first == last else f"lines {first}-{last}"
