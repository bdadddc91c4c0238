"""One part of what ``ci-kit doctor`` tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ci_kit.errors import CiKitError


@dataclass(frozen=True)
class Section:
    """One subject, such as the project's Python.

    ``lines`` are for people, and ``facts`` for JSON. ``problem`` is the error that a run would end with.
    """

    name: str
    lines: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    problem: CiKitError | None = None
