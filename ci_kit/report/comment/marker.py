"""The hidden line that leads a run to the comment of an earlier run."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_MARKER = re.compile(r"<!-- ci-kit:([0-9a-f]{16}) run:(\d{1,18})\.(\d{1,18}) -->\n")


@dataclass(frozen=True)
class Marker:
    """``key`` stands for the job. ``run`` is the number of the workflow's run and its attempt.

    Both numbers grow, so the greater ``run`` is the newer one. A run that is started again keeps its number
    and its commit.
    """

    key: str
    run: tuple[int, int]

    def __str__(self) -> str:
        number, attempt = self.run
        return f"<!-- ci-kit:{self.key} run:{number}.{attempt} -->"


def read_marker(body: str) -> Marker | None:
    """The marker in a comment's first line. Text of a test cannot be there."""
    found = _MARKER.match(body.replace("\r\n", "\n"))
    return Marker(found[1], (int(found[2]), int(found[3]))) if found else None


def key_of(*parts: str) -> str:
    """A key that stands for these texts. It has no character that could end an HTML comment."""
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:16]
