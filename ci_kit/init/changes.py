"""Changes of several files: all of them are written, or none."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.workflow.difference import unified_diff

_MODE = 0o644


@dataclass(frozen=True)
class Change:
    """The text of a file before and after; ``before`` is None if there is no file."""

    path: Path
    before: str | None
    after: str

    def diff(self, root: Path) -> str:
        """The difference, for ``git apply`` in the folder ``root``."""
        name = self.path.relative_to(root)
        before = "/dev/null" if self.before is None else f"a/{name}"
        return unified_diff(self.before or "", self.after, (before, f"b/{name}"))


def write_all(changes: Sequence[Change], host: Host) -> None:
    """Write all files. If one cannot be written, the others get their old texts back.

    Raises UnavailableError.
    """
    written: list[tuple[Change, int]] = []
    try:
        for change in changes:
            mode = stat.S_IMODE(change.path.stat().st_mode) if change.before is not None else _MODE
            # Before the file is written: an interrupt may come at any time.
            written.append((change, mode))
            host.make_dir(change.path.parent)
            host.write(change.path.resolve(), change.after, mode=mode)
    except BaseException:
        with host.ignore_interrupts():
            for change, mode in written:
                _restore(change, mode, host)
        raise


def _restore(change: Change, mode: int, host: Host) -> None:
    if change.before is None:
        host.remove(change.path)
    elif change.path.read_bytes() != change.before.encode():
        host.write(change.path.resolve(), change.before, mode=mode)
