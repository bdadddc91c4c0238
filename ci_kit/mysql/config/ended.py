"""How a server ended, reported in the same way for every kind of server."""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.errors import UnavailableError

_KILLED = "something killed it"
_MEMORY = "check for a lack of memory: `dmesg` lists what the kernel killed, `free -m` shows what is free"


@dataclass(frozen=True)
class Ended:
    """A server that ended or does not answer: what happened, why, and the lines of its log that explain it.

    ``killed`` means an end by SIGKILL, which leaves no line in the server's own log.
    """

    what: str
    why: str
    log: tuple[str, ...] = ()
    killed: bool = False

    def error(self, *, todo: str, if_killed: str = "") -> UnavailableError:
        """The error for a user. ``if_killed`` is further advice for a server that was killed."""
        return UnavailableError(
            self.what,
            why=f"{_KILLED}: {self.why}" if self.killed else self.why,
            details=self.log,
            todo=f"{_MEMORY}{if_killed and '; ' + if_killed}" if self.killed else todo,
        )
