"""The selection of tests during a run: the plan, what pytest made of it, and what is recorded for later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.history.planning import plan_tests, reader
from ci_kit.report.selection_lines import with_thresholds
from ci_kit.settings.settings import Settings
from ci_kit.testing.coverage import CoverageReport
from ci_kit.testing.results import Results
from ci_kit.testing.selection.measured import Measured
from ci_kit.testing.selection.plan import NO_PLAN, Selection, read_selection
from ci_kit.testing.selection.recorded import CONTEXTS, UnmeasuredError, read_recorded


class SelectedTests:
    """Which tests of a run were left out, or came first. ``warn`` shows a message to the user.

    ``selection`` is None if no setting asks for it; ``measured`` is what each test executed, if the run
    recorded it.
    """

    def __init__(self, runner: Runner, settings: Settings, warn: Callable[[str], None]) -> None:
        self._runner = runner
        self._settings = settings
        self._warn = warn
        self.plan = NO_PLAN
        self.selection: Selection | None = None
        self.measured: Measured | None = None

    @property
    def partial(self) -> bool:
        """Whether tests were left out."""
        return self.selection is not None and self.selection.partial

    def choose(self, *, name: str, versions: str) -> None:
        """Decide which tests run. ``name`` is that of the run, ``versions`` those of servers and Python."""
        self.plan = plan_tests(self._runner, self._settings, name=name, versions=versions)
        if self.plan.everything:
            self._runner.host.console.step("changed", f"all tests run, because {self.plan.everything}")

    def read(self, run_folder: Path) -> None:
        """Read what pytest made of the plan."""
        if not self._runner.host.dry and (self._settings.changed or self._settings.failed_first):
            self.selection = read_selection(self.plan, run_folder)

    def contexts(self, run_folder: Path) -> Path | None:
        """The file for the lines of each test; None if the run does not record them."""
        return run_folder / CONTEXTS if self.plan.record else None

    def record(self, run_folder: Path, results: Results | None) -> None:
        """Read what each test executed. A run that cannot be measured is a warning."""
        if not self.plan.record or not results:
            return
        redactor = self._runner.host.redactor
        try:
            self.measured = read_recorded(self.plan, run_folder, results, redactor, reader(self.plan.top))
        except UnmeasuredError as reason:
            self._warn(f"this run does not count as measured: {reason}")

    def tell_thresholds(self, coverage: CoverageReport | None) -> None:
        """Warn of each threshold that is not applied, and of settings without an effect."""
        self.selection = with_thresholds(self.selection, self._settings, coverage)
        for note in self.selection.notes if self.selection else ():
            self._warn(note)
