"""For each worker, a private server like each server of the run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.mysql.opening import RunningServer, StartingServer


@dataclass(frozen=True)
class _Set:
    """The servers of one worker; ``cleanup`` ends them."""

    cleanup: ExitStack
    starting: tuple[StartingServer, ...]


class OwnServers:
    """The servers of the workers. ``models`` are the servers of the run, and ``cleanup`` ends all others."""

    def __init__(self, models: Sequence[StartingServer], cleanup: ExitStack) -> None:
        self._models = models
        self._cleanup = cleanup
        self._sets: dict[str, _Set] = {}
        self._running: dict[str, tuple[RunningServer, ...]] = {}

    def start(self, worker: str) -> None:
        """Begin to start the servers of a worker, unless it has some. Raises CiKitError."""
        if worker not in self._sets:
            stack = self._cleanup.enter_context(ExitStack())
            self._sets[worker] = _Set(stack, tuple(one.another(stack) for one in self._models))

    def of(self, worker: str) -> Sequence[RunningServer]:
        """The servers of a worker, when they are ready. Raises CiKitError."""
        self.start(worker)
        if worker not in self._running:
            self._running[worker] = tuple(one.ready() for one in self._sets[worker].starting)
        return self._running[worker]

    def end(self, worker: str) -> None:
        """End the servers of a worker that is gone."""
        self._running.pop(worker, None)
        if found := self._sets.pop(worker, None):
            found.cleanup.close()

    def lost(self) -> list[UnavailableError]:
        """Why servers of workers can no longer be used."""
        problems = []
        for worker, servers in self._running.items():
            for server in servers:
                if problem := server.lost():
                    problem.what = f"worker {worker}: {problem.what}"
                    problems.append(problem)
        return problems
