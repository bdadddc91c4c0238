"""The times at which a schedule starts a workflow.

Source: "Events that trigger workflows", ``schedule``, in GitHub's documentation: POSIX cron with five fields,
and at least five minutes between two runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_kit.settings.parsers import quoted_text
from ci_kit.settings.shapes import shaped

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("the minute", 0, 59, []),
    ("the hour", 0, 23, []),
    ("the day of the month", 1, 31, []),
    ("the month", 1, 12, _MONTHS),
    ("the day of the week", 0, 6, _DAYS),
)
_PART = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d+))?")
_SHORTEST = 5


@shaped({"type": "string", "minLength": 9})
def schedule(value: object) -> str:
    """A schedule in cron's five fields. Raises ValueError."""
    text = quoted_text(value)
    fields = text.split()
    if len(fields) != len(_FIELDS) or text != " ".join(fields):
        raise ValueError(
            'expected five fields of cron, such as "17 18 * * *": minute, hour, day, month, weekday'
        )
    minutes = sorted(set(_values(fields[0], *_FIELDS[0])))
    for field, limits in zip(fields[1:], _FIELDS[1:], strict=True):
        set(_values(field, *limits))
    gaps = (later - earlier for earlier, later in zip(minutes, [*minutes[1:], minutes[0] + 60], strict=True))
    if min(gaps) < _SHORTEST:
        raise ValueError(f"GitHub starts a workflow every {_SHORTEST} minutes at most")
    return text


def _values(field: str, what: str, low: int, high: int, names: list[str]) -> Iterator[int]:
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f"{part!r} is not valid for {what}")
        every, first, last, step = match.groups()
        begin = low if every else _number(first, what, low, high, names)
        # A step without a range goes to the end, as after *.
        default = high if every or step else begin
        end = _number(last, what, low, high, names) if last else default
        if begin > end or step == "0" * len(step or "x"):
            raise ValueError(f"{part!r} is not valid for {what}")
        yield from range(begin, end + 1, int(step or 1))


def _number(word: str, what: str, low: int, high: int, names: list[str]) -> int:
    if word.lower() in names:
        return low + names.index(word.lower())
    if not (word.isascii() and word.isdigit()) or not low <= int(word) <= high:
        raise ValueError(f"expected {low} to {high} for {what}, not {word!r}")
    return int(word)
