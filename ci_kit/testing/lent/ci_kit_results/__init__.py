"""A pytest plugin that writes the results of a session.

PYTEST_DONT_REWRITE: there are no assertions here, and rewriting takes time.

ci-kit copies this package, and loads it with ``-p``. The project's Python runs it, so it supports Python 3.7
and pytest 6.2, and imports nothing but pytest. ``ci_kit/testing/results.py`` reads what it writes.
"""

from __future__ import annotations

import os
import re
import time
import traceback
from collections.abc import Generator, Iterable, Sequence
from typing import Any

import pytest

from .files import BeganLast, Lines

_OPTION = "--ci-kit-results"
# In characters. The reader cuts a message after it has removed secrets.
_MESSAGE_LIMIT = 1_000_000
_STANDARD_OUTCOMES = ("passed", "failed", "skipped")
_ERROR_LINE = re.compile(r"^E {1,3}(.*)$", re.MULTILINE)
_IN_FILE = re.compile(r'^(?:E +)?(?:File ")?(.+?)(?:", line |:)(\d+)(?::.*)?$', re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("ci-kit").addoption(_OPTION, metavar="FILE", help="file for the results of the session")


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, Any, None]:
    outcome = yield
    path = early_config.known_args_namespace.ci_kit_results
    if path and outcome.excinfo:
        Lines(path).write("failure", **_failed_import(outcome.excinfo[1], early_config.rootpath))


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("ci_kit_results")
    # The workers of pytest-xdist send their reports to the process that started them.
    if path and not hasattr(config, "workerinput"):
        recorder = Recorder(config, Lines(path), BeganLast(path + ".began"))
        config.pluginmanager.register(recorder, "ci-kit-recorder")


class Recorder:
    """Writes failures as they come, and the counts at the end."""

    def __init__(self, config: pytest.Config, lines: Lines, began_last: BeganLast) -> None:
        self._config = config
        self._lines = lines
        self._began_last = began_last
        self._clock = time.perf_counter
        self._started = self._clock()
        self._own_counts: dict[str, int] | None = None
        self._selected = 0
        self._deselected = 0
        self._ended: set[str] = set()
        self._reruns: dict[str, Rerun] = {}
        self._interrupted: str | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        if self._terminal_stats() is None:
            self._own_counts = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._count("error")
            self._lines.write("failure", **self._failed_collection(report))
        elif report.skipped:
            self._count("skipped")

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
            self._reruns[report.nodeid] = Rerun(self._failed_test(report))
            return
        if report.outcome == "failed":
            self._lines.write("failure", **self._failed_test(report))
        if report.when not in ("setup", "call"):
            self._ended.add(report.nodeid)
        if self._reruns and report.nodeid in self._reruns:
            self._reruns[report.nodeid].add(report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._interrupted = _text(excinfo.value) or type(excinfo.value).__name__

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self._lines.write("failure", **_failed_import(excinfo.value, self._config.rootpath))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        # Another plugin may end the process in this hook. Another one may change the counts.
        self._finish(session)
        yield
        self._finish(session)

    def _finish(self, session: pytest.Session) -> None:
        option = self._config.getoption
        only_collects = bool(option("collectonly", False) or option("setuponly", False))
        self._lines.write(
            "finish",
            counts=self._counts(),
            collected=session.testscollected + self._deselected,
            deselected=self._deselected,
            selected=self._selected,
            ended=0 if only_collects else len(self._ended),
            only_collects=only_collects,
            interrupted=self._interrupted,
            flaky=[rerun.failure for rerun in self._reruns.values() if rerun.passed],
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

    def _failed_test(self, report: pytest.TestReport) -> dict[str, object]:
        file = self._file(report.nodeid)
        _, index, name = report.location
        # A report of a subtest has a longer headline than its test.
        subtest = (report.head_line or "")[len(name) :]
        return {
            "node": report.nodeid + subtest,
            "stage": report.when if report.when in ("setup", "call", "teardown") else "crash",
            "file": file,
            "line": _last_line(self._absolute(_places(report.longrepr)), file)
            or (0 if index is None else index + 1),
            "message": _message(report.longrepr),
        }

    def _failed_collection(self, report: pytest.CollectReport) -> dict[str, object]:
        file = self._file(report.nodeid)
        # For a syntax error, only the text names the place.
        text = _text(report.longrepr)
        places = self._absolute([(path, int(line)) for path, line in _IN_FILE.findall(text)])
        if os.path.isdir(file):
            # A folder or a package: the file is its conftest.py or __init__.py.
            own = [path for path, _ in places if _is_own(path, file)]
            file = own[-1] if own else ""
        return {
            "node": report.nodeid or str(self._config.rootpath),
            "stage": "collection",
            "file": file,
            "line": _last_line(places, file),
            "message": _message(report.longrepr),
        }

    def _file(self, nodeid: str) -> str:
        return os.path.normpath(os.path.join(str(self._config.rootpath), nodeid.partition("::")[0]))

    def _absolute(self, places: list[tuple[str, int]]) -> list[tuple[str, int]]:
        folder = str(self._config.invocation_params.dir)
        return [(os.path.normpath(os.path.join(folder, path)), line) for path, line in places]


class Rerun:
    """A test that runs again after ``failure``."""

    def __init__(self, failure: dict[str, object]) -> None:
        self.failure = failure
        self.passed = False

    def add(self, report: pytest.TestReport) -> None:
        """Add a report of the test's last run."""
        self.passed = report.outcome == "passed" and (self.passed or report.when == "call")


def _places(longrepr: Any) -> list[tuple[str, int]]:
    """The places in the traceback of a test: path and line."""
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
    places = [getattr(entry, "reprfileloc", None) for entry in entries]
    places += [location for location, _ in getattr(longrepr, "reprlocation_lines", ())]
    if not any(places):
        places = [getattr(longrepr, "reprcrash", None)]
    return [(place.path, place.lineno) for place in places if place]


def _last_line(places: list[tuple[str, int]], file: str) -> int:
    """The last line that is in the test's own file: the crash may be in a library."""
    lines = [line for path, line in places if path == file]
    return lines[-1] if lines else 0


def _message(longrepr: Any) -> str:
    crash = getattr(longrepr, "reprcrash", None)
    message: str = crash.message if crash else ""
    if not message:
        text = _text(longrepr)
        message = "\n".join(_ERROR_LINE.findall(text)).strip() or text
    return message[:_MESSAGE_LIMIT]


def _text(value: object) -> str:
    """The text of any object. Its own method may fail."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001
        return "<{}>".format(type(value).__name__)


def _failed_import(error: BaseException, root: object) -> dict[str, object]:
    """A failure outside the tests: a conftest.py that cannot be imported, or a plugin's error."""
    path = str(getattr(error, "path", "") or "")
    # pytest before 8.1 has a tuple of type, exception and traceback.
    cause: BaseException = (
        getattr(error, "cause", None) or (getattr(error, "excinfo", None) or (None, error))[1]
    )
    places: list[tuple[str | None, int | None]] = [
        (frame.filename, frame.lineno) for frame in traceback.extract_tb(cause.__traceback__)
    ]
    if isinstance(cause, SyntaxError):
        places.append((cause.filename, cause.lineno))
    own = [
        place for place in places if place[0] and (place[0] == path if path else _is_own(place[0], str(root)))
    ]
    file, line = own[-1] if own else (path, 0)
    return {
        "node": os.path.relpath(file, str(root)) if file else "pytest",
        "stage": "conftest" if path else "session",
        "file": file,
        "line": line or 0,
        "message": "".join(traceback.format_exception_only(type(cause), cause)).strip()[:_MESSAGE_LIMIT],
    }


def _is_own(file: str, folder: str) -> bool:
    """Whether a file belongs to the project, and not to a package that is installed in its folder."""
    return file.startswith(folder + os.sep) and "site-packages" not in file
