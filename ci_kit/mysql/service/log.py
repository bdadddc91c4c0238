"""The messages of a service's start: in its own log, in its service manager's, in the output of the start."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.mysql.config.ended import Ended
from ci_kit.mysql.service.manager import Unit

# systemd's words for a process that a signal ended.
_KILLED = "code=killed"
_LOG_TAIL, _SHOWN_LINES = 200, 6
# The line with which a server of either product begins a start in its log.
_START = re.compile(r"as process \d+\s*(\.\.\.)?$")


@dataclass(frozen=True)
class ServiceMessages:
    """Where to look for the messages of the service from one moment on.

    ``error_log`` is the server's own log, which had ``log_size`` bytes at that moment; ``start_log`` has the
    output of the command that starts the service; ``since`` is the moment, in seconds of the clock.
    """

    host: Host
    unit: Unit
    error_log: Path | None
    start_log: Path
    since: float
    log_size: int

    @classmethod
    def from_now(cls, host: Host, unit: Unit, *, error_log: Path | None, start_log: Path) -> ServiceMessages:
        return cls(host, unit, error_log, start_log, time.time(), _size(host, error_log))

    def ended(self, what: str, why: str) -> Ended:
        """How the service ended, with the messages that explain it."""
        manager = self.unit.log(self.host, self.since)
        lines = self._lines(manager)
        # systemd reports a signal that ended the server; the server's own log has no line of it.
        killed = [line for line in manager if _KILLED in line and line not in lines]
        shown = (*killed[-1:], *lines)
        return Ended(what, why, shown, killed=any(_KILLED in line for line in shown))

    def text(self) -> str:
        """The server's own log since that moment, or the messages of its manager."""
        return "\n".join(self._new_lines() or self.unit.log(self.host, self.since))

    def _lines(self, manager: list[str]) -> list[str]:
        """The errors of the last start in the server's log or the manager's, or else the last lines."""
        own = self._new_lines()
        errors = _errors(own) or _errors(manager)
        return (errors or manager or _read(self.start_log) or own)[-_SHOWN_LINES:]

    def _new_lines(self) -> list[str]:
        """The last lines of the server's log that are newer than the moment."""
        if self.error_log is None:
            return []
        command = ["tail", f"--bytes=+{self.log_size + 1}", str(self.error_log)]
        return self.host.ask(self.host.as_root(command)).stdout.splitlines()[-_LOG_TAIL:]


def _size(host: Host, path: Path | None) -> int:
    """The bytes of a log that only root may read; 0 if it does not exist."""
    if path is None:
        return 0
    answer = host.ask(host.as_root(["stat", "--dereference", "--format=%s", str(path)])).stdout.strip()
    return int(answer) if answer.isdigit() else 0


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _errors(lines: list[str]) -> list[str]:
    starts = [number for number, line in enumerate(lines) if _START.search(line)]
    return [line for line in lines[starts[-1] if starts else 0 :] if "[ERROR]" in line]
