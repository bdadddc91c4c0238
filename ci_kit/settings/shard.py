"""One of the shards that a suite is split into, as in ``2/5``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ci_kit.settings.shapes import shaped

_PATTERN = re.compile(r"(\d{1,4})/(\d{1,4})", re.ASCII)
MOST_SHARDS = 256
"""GitHub allows so many jobs in one matrix (GitHub's documentation, "Actions limits")."""


@dataclass(frozen=True)
class Shard:
    """The shard ``number`` (from 1) ``of`` so many."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@shaped({"type": "string", "pattern": r"^\s*(\d{1,4}/\d{1,4})?\s*$"})
def shard(value: object) -> Shard | None:
    """A shard, or None for an empty text. Raises ValueError."""
    if isinstance(value, Shard):
        return value
    text = str(value).strip()
    if not text:
        return None
    found = _PATTERN.fullmatch(text)
    if not found:
        raise ValueError("expected a shard and the number of shards, as in 2/5")
    number, of = map(int, found.groups())
    if not 1 <= of <= MOST_SHARDS:
        raise ValueError(f"expected from 1 to {MOST_SHARDS} shards")
    if not 1 <= number <= of:
        raise ValueError(f"expected a shard from 1/{of} to {of}/{of}")
    return Shard(number, of)
