"""A pytest plugin that writes the results of a session.

PYTEST_DONT_REWRITE: there are no assertions here, and rewriting takes time.

ci-kit copies this package, and loads it with ``-p``. The project's Python runs it, so it supports Python 3.7
and pytest 6.2, and imports nothing but pytest. ``ci_kit/testing/results.py`` reads what it writes.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Sequence
from typing import Any

import pytest

from .endings import Endings
from .failures import Failures, failed_import, text_of
from .files import BeganLast, Lines

_OPTION = "--ci-kit-results"
_STANDARD_OUTCOMES = ("passed", "failed", "skipped")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("ci-kit").addoption(_OPTION, metavar="FILE", help="file for the results of the session")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, None]:
    outcome = yield
    path = early_config.known_args_namespace.ci_kit_results
    if path and outcome.excinfo:
        Lines(path).write("failure", **failed_import(outcome.excinfo[1], early_config.rootpath))


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("ci_kit_results")
    # The workers of pytest-xdist send their reports to the process that started them.
    if path and not hasattr(config, "workerinput"):
        recorder = Recorder(config, Lines(path), BeganLast(path + ".began"))
        config.pluginmanager.register(recorder, "ci-kit-recorder")


class Recorder:
    """Writes failures as they come, the other tests in batches, and the counts at the end."""

    def __init__(self, config: pytest.Config, lines: Lines, began_last: BeganLast) -> None:
        self._config = config
        self._lines = lines
        self._began_last = began_last
        self._clock = time.perf_counter
        self._started = self._clock()
        self._own_counts: dict[str, int] | None = None
        self._selected = 0
        self._deselected = 0
        self._failures = Failures(config)
        self._endings = Endings(lines, config.rootpath)
        self._interrupted: str | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        if self._terminal_stats() is None:
            self._own_counts = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._count("error")
            self._lines.write("failure", **self._failures.of_collection(report))
        elif report.skipped:
            self._count("skipped")
            self._endings.add_skipped_file(report)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        self._deselected += len(items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._selected = len({item.nodeid for item in session.items})

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        self._selected = len(set(ids))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._began_last.write(nodeid)

    # After the terminal's, which asks the plugins: they may change a report's outcome (subtests do).
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._own_counts is not None:
            status = self._config.hook.pytest_report_teststatus(report=report, config=self._config)
            # Without its terminal, pytest gives no status for a call.
            self._count(status[0] if status else report.outcome)
        if report.outcome not in _STANDARD_OUTCOMES:
            self._lines.write("rerun", **self._failures.of_test(report))
        elif report.outcome == "failed":
            self._lines.write("failure", **self._failures.of_test(report))
        self._endings.add(report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._interrupted = text_of(excinfo.value) or type(excinfo.value).__name__

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._lines.write("failure", **failed_import(excinfo.value, self._config.rootpath))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        # Another plugin may end the process in this hook. Another one may change the counts.
        self._finish(session)
        yield
        self._finish(session)

    def _finish(self, session: pytest.Session) -> None:
        option = self._config.getoption
        only_collects = bool(option("collectonly", False) or option("setuponly", False))
        self._endings.write()
        self._lines.write(
            "finish",
            counts=self._counts(),
            collected=session.testscollected + self._deselected,
            deselected=self._deselected,
            selected=self._selected,
            ended=0 if only_collects else self._endings.count,
            only_collects=only_collects,
            interrupted=self._interrupted,
            # The name of the plugin behind --lf, without which pytest refuses the option.
            remembers_failures=self._config.pluginmanager.hasplugin("lfplugin"),
            seconds=self._clock() - self._started,
        )

    def _terminal_stats(self) -> dict[str, list[Any]] | None:
        terminal: Any = self._config.pluginmanager.getplugin("terminalreporter")
        return getattr(terminal, "stats", None)

    def _count(self, category: str) -> None:
        if self._own_counts is not None:
            self._own_counts[category] = self._own_counts.get(category, 0) + 1

    def _counts(self) -> dict[str, int]:
        """The numbers in pytest's last line, by category."""
        if self._own_counts is not None:
            counts = self._own_counts
        else:
            stats = self._terminal_stats() or {}
            counts = {
                category: sum(getattr(report, "count_towards_summary", True) for report in reports)
                for category, reports in stats.items()
            }
        unlisted = ("", "deselected", "warnings")
        return {category: count for category, count in counts.items() if count and category not in unlisted}
