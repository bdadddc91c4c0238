"""One run of pytest, under coverage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.plugins import json_report_arguments, lend_plugins, results_arguments
from ci_kit.testing.python import Project
from ci_kit.testing.results import Results, read_results
from ci_kit.testing.session import Session, project_command, read_session
from ci_kit.testing.verdict import NO_TESTS, OK, TestRun, judge


def run_tests(
    host: Host, settings: Settings, project: Project, *, env: Mapping[str, str], run_folder: Path
) -> TestRun:
    """Run the project's tests, and pass their output on as it comes.

    ``env`` is added to the environment. ``run_folder`` is an existing folder for files of this run.
    Raises UnavailableError if coverage or pytest could not start, or if the project's folder is gone after
    the tests.
    """
    report = run_folder / "results.jsonl"
    lend_plugins(host, settings, project, run_folder / "plugins")
    coverage = ["-m", "coverage", "run"] if settings.coverage else []
    arguments = [*results_arguments(report), *json_report_arguments(settings), *settings.pytest_args]
    words = [*coverage, *project.pytest, *arguments]
    before = _identity(settings.root)
    code = host.stream(project_command(project, run_folder, words, env=env, cwd=settings.root))
    if host.dry:
        return TestRun("passed", OK, None)
    if _identity(settings.root) != before:
        raise UnavailableError(
            f"the tests removed their working folder: {settings.root}",
            why=f"it was there before the tests; pytest's exit code was {code}",
            todo="look for a test, a fixture or a plugin that removes, renames or replaces it;"
            " the fixture tmp_path gives a test a folder of its own",
        )
    _require_start(read_session(run_folder))
    results = read_results(report)
    if code == NO_TESTS and results and not results.collected and "xdist" in project.has:
        code, results = _collect_serially(host, settings, project, env=env, run_folder=run_folder)
    return judge(code, results, settings)


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another one at the same path; None if there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _require_start(session: Session) -> None:
    if session.not_started:
        what, *details = session.error.splitlines()
        raise UnavailableError(
            f"{session.not_started} could not start",
            why=what,
            details=tuple(details),
            todo="correct what it names: its configuration, or a package in the project's environment",
        )


def _collect_serially(
    host: Host, settings: Settings, project: Project, *, env: Mapping[str, str], run_folder: Path
) -> tuple[int, Results | None]:
    """Collect the tests in one process; the exit code and the counts.

    With xdist, pytest's exit code 5 may also mean a path that does not exist, or only deselected tests.
    """
    report = run_folder / "collected.jsonl"
    # `-p xdist` makes -n known also where the project turns automatic loading off.
    serially = ["-p", "xdist", "-n0", "--collect-only", "-q"]
    words = [*project.pytest, *results_arguments(report), *settings.pytest_args, *serially]
    done = host.run(project_command(project, run_folder, words, env=env, cwd=settings.root))
    if done.code != NO_TESTS:
        host.console.error([f"pytest found no tests, and collecting them ended with exit code {done.code}"])
        host.console.lines(done.stdout + done.stderr)
    return done.code, read_results(report)
