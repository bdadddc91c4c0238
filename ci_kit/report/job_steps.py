"""The steps of a job: the time of each, the line that it shows, and the groups of the log."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from ci_kit.console import Progress
from ci_kit.github import Runner
from ci_kit.report.run_report import Step
from ci_kit.settings.options.reports import LogGroup

_TITLES: dict[LogGroup, str] = {
    "setup": "Time zone, server and Python",
    "tests": "Output of the tests",
    "coverage": "Coverage of each file",
}


class JobSteps:
    """Measures and shows the steps of a job from now on. ``groups`` are those that the log folds."""

    def __init__(self, runner: Runner, groups: Collection[str]) -> None:
        self._began = time.monotonic()
        self.began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        """When the job began: in UTC, by ISO 8601."""
        self._ended: list[Step] = []
        self._runner = runner
        self._groups = groups

    @property
    def elapsed(self) -> float:
        """The seconds since the job began."""
        return time.monotonic() - self._began

    @property
    def ended(self) -> tuple[Step, ...]:
        """The steps that ended, in the order in which they began."""
        return tuple(sorted(self._ended, key=lambda step: step.began))

    @contextmanager
    def step(self, name: str, label: str, text: str) -> Iterator[Progress]:
        """Measure a step, also one that fails. A terminal shows ``label`` and ``text`` while it runs."""
        began = self.elapsed
        try:
            with self._runner.host.console.progress(label, text) as progress:
                yield progress
        finally:
            self._ended.append(Step(name, began, self.elapsed))

    @contextmanager
    def folded(self, group: LogGroup) -> Iterator[None]:
        """Fold a part of the log on a runner, if the setting log-groups has it."""
        if group in self._groups:
            with self._runner.folded(_TITLES[group], messages=group == "setup"):
                yield
            return
        try:
            yield
        finally:
            if group == "tests":
                # A test may leave a group open, which would hide the result.
                self._runner.end_group()
