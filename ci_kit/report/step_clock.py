"""The times of a job's steps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ci_kit.report.run_report import Step


class StepClock:
    """Measures the steps of a job from now on."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        """When the job began: in UTC, by ISO 8601."""
        self._steps: list[Step] = []

    @property
    def elapsed(self) -> float:
        """The seconds since the job began."""
        return time.monotonic() - self._began

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps that ended, in the order in which they began."""
        return tuple(sorted(self._steps, key=lambda step: step.began))

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step, also one that fails."""
        began = self.elapsed
        try:
            yield
        finally:
            self._steps.append(Step(name, began, self.elapsed))
