"""One run of pytest, under coverage, and the judgement of how it ended."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ci_kit.errors import AllTestsDeselectedError, NoTestReportError, TooFewTestsError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.plugins import lend_plugins
from ci_kit.testing.python import Project
from ci_kit.testing.results import Results, read_results

Outcome: TypeAlias = Literal["passed", "failed", "no-tests"]

# pytest's exit codes (pytest's manual, "Exit codes").
_OK, _NO_TESTS = 0, 5
_PYTEST_FAILURES = (1, 2, 3, 4, 6)


@dataclass(frozen=True)
class TestRun:
    """How a run ended. ``code`` is the exit code it asks for; no results if pytest did not get that far."""

    __test__ = False

    outcome: Outcome
    code: int
    results: Results | None


def run_tests(
    host: Host, settings: Settings, project: Project, *, env: Mapping[str, str], scratch: Path
) -> TestRun:
    """Run the project's tests, their output as it comes. ``scratch`` is a folder of this run's own.

    Raises NoTestReportError, AllTestsDeselectedError and TooFewTestsError.
    """
    report = scratch / "report.json"
    changes = dict(env)
    omit: list[str] = []
    if "pytest_jsonreport" not in project.has:
        lent = scratch / "plugins"
        lend_plugins(host, lent)
        changes["PYTHONPATH"] = _prepended(str(lent), host.environ.get("PYTHONPATH"))
        if project.omit is not None:
            # It would be measured with the project; the flag stands for the project's own list.
            omit = [f"--omit={','.join((*project.omit, f'{lent}/*'))}"]
    under = ["-m", "coverage", "run", *omit] if settings.coverage else []
    pytest = [*project.python, *under, "-m", "pytest", *_report_flags(report)]
    code = host.stream(Command([*pytest, *settings.pytest_args], env=changes, cwd=settings.root))
    if host.dry:
        return TestRun("passed", _OK, None)
    results = read_results(report, settings.root)
    if code == _NO_TESTS and results and not results.collected and "xdist" in project.has:
        code, results = _collect_serially(host, settings, project, env=changes, scratch=scratch)
    return judge(code, results, settings)


def _report_flags(report: Path) -> list[str]:
    # By the plugins' own names, so that they load where the project turns automatic loading off.
    return [
        "-p",
        "metadata",
        "-p",
        "pytest_jsonreport",
        "--json-report",
        f"--json-report-file={report}",
        "--json-report-verbosity=-1",
    ]


def _prepended(folder: str, path: str | None) -> str:
    return f"{folder}:{path}" if path else folder


def _collect_serially(
    host: Host, settings: Settings, project: Project, *, env: Mapping[str, str], scratch: Path
) -> tuple[int, Results | None]:
    """The exit code and the counts of a collection in one process.

    With xdist, a path that does not exist and tests that are all deselected look like no tests at all.
    """
    report = scratch / "collected.json"
    argv = [*project.python, "-m", "pytest", *_report_flags(report), *settings.pytest_args]
    # By its name, so that -n is known also where the project turns automatic loading off.
    serially = ["-p", "xdist", "-n0", "--collect-only", "-q"]
    done = host.run(Command([*argv, *serially], env=env, cwd=settings.root))
    if done.code != _NO_TESTS:
        host.console.error([f"pytest found no tests, and collecting them ended with {done.code}"])
        host.console.lines(done.stdout + done.stderr)
    return done.code, read_results(report, settings.root)


def judge(code: int, results: Results | None, settings: Settings) -> TestRun:
    """What pytest's exit code and report mean for the job. Raises as :func:`run_tests` does."""
    # A plugin may end a session with a code of its own; a code without a report may be anything's.
    if code in _PYTEST_FAILURES or (results and code not in (_OK, _NO_TESTS)):
        return TestRun("failed", code, results)
    if results is None:
        raise NoTestReportError(
            "pytest ended without reporting its results",
            why=_how_it_ended(code),
            todo="look for a test that ends the process (os._exit), a crash, memory that ran out,"
            " or an argument that has pytest do something else",
        )
    if code == _NO_TESTS and results.collected:
        raise AllTestsDeselectedError(
            f"all {results.collected} tests were deselected",
            why=f"by the arguments {' '.join(settings.pytest_args)!r} or pytest's own configuration",
            todo="mend the -m or -k expression; only a suite without tests is skipped",
        )
    if code == _OK and results.failed + results.errors:
        raise NoTestReportError(
            f"{results.failed + results.errors} tests failed, and pytest ended as if none had",
            why="its exit code was 0",
            todo="look for a test or a plugin that ends the session (pytest.exit)",
        )
    if results.reported < results.collected - results.deselected and not _only_collected(settings):
        raise NoTestReportError(
            f"pytest ended after {results.reported} of {results.collected - results.deselected} tests",
            why=f"its exit code was {code}, as if all of them had run",
            todo="look for a test or a plugin that ends the session (pytest.exit)",
        )
    if results.ran + results.skipped < settings.min_tests:
        raise TooFewTestsError(
            f"{results.ran + results.skipped} tests ran, at least {settings.min_tests} are wanted",
            why=f"min-tests came from {settings.source('min-tests')}",
            todo="find out where the tests went, or lower min-tests",
        )
    return TestRun("no-tests" if code == _NO_TESTS else "passed", _OK, results)


def _only_collected(settings: Settings) -> bool:
    return not {"--co", "--collect-only", "--setup-plan"}.isdisjoint(settings.pytest_args)


def _how_it_ended(code: int) -> str:
    if code < 0:
        # Most real-time signals have a number alone.
        known = {number.value: number.name for number in signal.Signals}
        return f"it was ended by {known.get(-code, f'signal {-code}')}"
    return f"its exit code was {code}, and no report was written"
