"""``ci-kit pins list``: each action with its version, its commit, and where they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ci_kit.pins.used import UsedAction, used_actions


def listed(root: Path) -> list[dict[str, Any]]:
    """The actions of the repository in ``root``, for JSON. Raises UsageError."""
    return [
        {
            "action": action.uses.action,
            "version": action.uses.version,
            "ref": action.uses.ref,
            "pinned": action.uses.pinned,
            "source": action.source,
            "files": action.files,
            "newer": [asdict(one) for one in action.newer],
        }
        for action in used_actions(root)
    ]


def list_text(root: Path) -> str:
    """The actions of the repository in ``root``, a line each. Raises UsageError."""
    actions = used_actions(root)
    return "".join(f"{line}\n" for line in _lines(actions))


def _lines(actions: Sequence[UsedAction]) -> Iterator[str]:
    rows = [(one.uses.action, one.uses.version, one.uses.ref) for one in actions]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for action, row in zip(actions, rows, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"{cells}  ({'; '.join(_notes(action))})"


def _notes(action: UsedAction) -> Iterator[str]:
    yield f"from {action.source}"
    if not action.uses.pinned:
        yield "not pinned to a commit"
    for newer in action.newer:
        yield f"{newer.version} is in {newer.place}"
