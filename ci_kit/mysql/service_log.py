"""What a machine's service says of a start that went wrong."""

from __future__ import annotations

import re
from pathlib import Path

from ci_kit.host import Host
from ci_kit.mysql.units import Unit

_LOG_TAIL, _TELLING_LINES = 200, 6
# The line a server of either product begins a start with in its log.
_START = re.compile(r"as process \d+\s*(\.\.\.)?$")


def telling_lines(
    host: Host, unit: Unit, *, error_log: Path | None, start_log: Path, since: float
) -> tuple[str, ...]:
    """The errors of the last start in the server's log or its manager's, or that one's last lines.

    ``start_log`` is what the start itself said; ``since`` is its moment of the clock.
    """
    own = _written(host, error_log, since) if error_log else []
    manager = unit.log(host, since)
    errors = _errors(own) or _errors(manager)
    return tuple((errors or manager or _read(start_log) or own)[-_TELLING_LINES:])


def _written(host: Host, path: Path, since: float) -> list[str]:
    """The last lines of a file that only root may read, if it was written to since a moment of the clock."""
    tail = ["find", str(path), "-newermt", f"@{since}", "-exec", "tail", f"--lines={_LOG_TAIL}", "{}", "+"]
    return host.ask(host.as_root(tail)).stdout.splitlines()


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _errors(lines: list[str]) -> list[str]:
    starts = [number for number, line in enumerate(lines) if _START.search(line)]
    return [line for line in lines[starts[-1] if starts else 0 :] if "[ERROR]" in line]
