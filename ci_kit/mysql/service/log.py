"""What a machine's service says of a start that went wrong."""

from __future__ import annotations

import re
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.mysql.service.manager import Unit

BY_SIGNAL = "code=killed"
"""systemd's words for a process that a signal ended."""

_LOG_TAIL, _TELLING_LINES = 200, 6
# The line a server of either product begins a start with in its log.
_START = re.compile(r"as process \d+\s*(\.\.\.)?$")


def telling_lines(
    host: Host, unit: Unit, *, error_log: Path | None, size: int, start_log: Path, since: float
) -> tuple[str, ...]:
    """The errors of the last start in the server's log or its manager's, or that one's last lines.

    Before them stands what its manager says of a signal that ended it, of which the server knew nothing.
    ``size`` is what the log had in bytes before the start, ``start_log`` what the start itself said, and
    ``since`` its moment of the clock.
    """
    own = _added(host, error_log, size) if error_log else []
    manager = unit.log(host, since)
    errors = _errors(own) or _errors(manager)
    said = (errors or manager or _read(start_log) or own)[-_TELLING_LINES:]
    killed = [line for line in manager if BY_SIGNAL in line and line not in said]
    return (*killed[-1:], *said)


def log_size(host: Host, path: Path | None) -> int:
    """Bytes in a log that only root may read; 0 if it is not there."""
    if path is None:
        return 0
    answer = host.ask(host.as_root(["stat", "--dereference", "--format=%s", str(path)])).stdout.strip()
    return int(answer) if answer.isdigit() else 0


def _added(host: Host, path: Path, size: int) -> list[str]:
    """The last lines of a log that were not there when it had so many bytes."""
    tail = host.ask(host.as_root(["tail", f"--bytes=+{size + 1}", str(path)]))
    return tail.stdout.splitlines()[-_LOG_TAIL:]


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _errors(lines: list[str]) -> list[str]:
    starts = [number for number, line in enumerate(lines) if _START.search(line)]
    return [line for line in lines[starts[-1] if starts else 0 :] if "[ERROR]" in line]
