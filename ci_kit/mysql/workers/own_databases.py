"""For each worker, a database of its own on each server of the run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.mysql.opening import RunningServer


class OwnDatabases:
    """The databases of the workers."""

    def __init__(self, host: Host, servers: Sequence[RunningServer], cleanup: ExitStack) -> None:
        raise NotImplementedError

    def of(self, worker: str) -> Sequence[RunningServer]:
        raise NotImplementedError

    def end(self, worker: str) -> None:
        raise NotImplementedError

    def lost(self) -> list[UnavailableError]:
        return []
