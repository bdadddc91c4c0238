"""One run of pytest, under coverage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.plugins import json_report_arguments, results_arguments, workers_arguments
from ci_kit.testing.pytest_plan import PytestPlan
from ci_kit.testing.python import Project
from ci_kit.testing.results import Results
from ci_kit.testing.results_file import read_results
from ci_kit.testing.selection.plan import nothing_affected, selection_arguments
from ci_kit.testing.session import project_command, stream_tests
from ci_kit.testing.shards.pytest_side import only_others_have_tests, shard_arguments
from ci_kit.testing.verdict import NO_TESTS, OK, TestRun, failed_by, judge, no_worker_ran


def run_pytest(
    host: Host,
    settings: Settings,
    project: Project,
    command: TestCommand,
    *,
    env: Mapping[str, str],
    folder: Path,
    plan: PytestPlan,
) -> TestRun:
    """Run pytest by a plan; its plugins are beside ``folder``, which is for the files of this command.

    Raises UnavailableError if coverage or pytest could not start, or if the project's folder is gone after
    it.
    """
    report = folder / "results.jsonl"
    coverage = ["-m", "coverage", "run"] if settings.coverage else []
    own = [*results_arguments(report), *json_report_arguments(settings), *workers_arguments(plan.workers)]
    chosen = [
        *selection_arguments(host, plan.selection, folder),
        *shard_arguments(host, plan.shard, folder),
    ]
    arguments = [*own, *chosen, *command.arguments]
    words = [*coverage, *project.pytest, *arguments]
    started = project_command(project, folder, words, env=env, cwd=settings.root, options=command.options)
    code = stream_tests(host, started, root=settings.root, session=folder)
    if host.dry:
        return TestRun("passed", OK, None)
    results = read_results(report)
    if code == NO_TESTS and (nothing_affected(folder) or only_others_have_tests(folder)):
        return TestRun("passed", OK, results)
    if (
        code == NO_TESTS
        and results
        and not results.collected
        and ("xdist" in project.has or plan.workers > 1)
    ):
        code, results = _collect_serially(host, settings, project, command, env=env, folder=folder)
        if code == OK and results and results.selected:
            return failed_by(no_worker_ran(results), None)
    return judge(code, results, command.arguments)


def _collect_serially(
    host: Host,
    settings: Settings,
    project: Project,
    command: TestCommand,
    *,
    env: Mapping[str, str],
    folder: Path,
) -> tuple[int, Results | None]:
    """Collect the tests in one process; the exit code and the counts.

    With xdist, pytest's exit code 5 may also mean a path that does not exist, only deselected tests, or that
    no worker started.
    """
    report = folder / "collected.jsonl"
    # `-p xdist` makes -n known also where the project turns automatic loading off.
    serially = ["-p", "xdist", "-n0", "--collect-only", "-q"]
    words = [*project.pytest, *results_arguments(report), *command.arguments, *serially]
    done = host.run(
        project_command(project, folder, words, env=env, cwd=settings.root, options=command.options)
    )
    if done.code not in (OK, NO_TESTS):
        host.console.error([f"pytest found no tests, and collecting them ended with exit code {done.code}"])
        host.console.lines(done.stdout + done.stderr)
    return done.code, read_results(report)
