"""The run of the tests: the commands in a row, and the verdict on all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.other_command import run_other
from ci_kit.testing.plugins import lend_plugins
from ci_kit.testing.pytest_command import run_pytest
from ci_kit.testing.pytest_plan import ALL_TESTS, PytestPlan
from ci_kit.testing.python import Project
from ci_kit.testing.selection.plan import read_selection
from ci_kit.testing.verdict import TestRun, failed_by, judge_all, require_tests


def run_tests(
    host: Host,
    settings: Settings,
    project: Project,
    commands: Sequence[TestCommand],
    *,
    env: Mapping[str, str],
    run_folder: Path,
    plan: PytestPlan = ALL_TESTS,
) -> TestRun:
    """Run each command, also after one that failed, and pass the output on as it comes.

    ``env`` is added to the environment. ``run_folder`` is an existing folder for files of this run. The
    runs of pytest follow ``plan``. Raises UnavailableError if the
    plugins of ci-kit cannot be copied.
    """
    if any(command.kind == "pytest" for command in commands):
        lend_plugins(host, settings, project, run_folder / "plugins", plan.workers)
    runs: list[TestRun] = []
    for number, command in enumerate(commands, start=1):
        if len(commands) > 1:
            host.console.step("tests", f"{number} of {len(commands)}: {command}")
        folder = run_folder / str(number)
        host.make_dir(folder)
        try:
            if command.kind == "pytest":
                run = run_pytest(
                    host,
                    settings,
                    project,
                    command,
                    env=env,
                    folder=folder,
                    plan=plan,
                )
            else:
                run = run_other(host, settings, project, command, env=env, folder=folder)
        except UnavailableError as problem:
            # The report has the results of the other commands too.
            run = failed_by(problem, None)
        if run.problem and any(earlier.code for earlier in runs):
            # The report has the first failure.
            host.console.error(run.problem.lines())
        runs.append(run)
    total = judge_all(runs)
    # min-tests is for the whole suite.
    partial = plan.shard is not None or read_selection(plan.selection, run_folder).partial
    return total if host.dry or partial else require_tests(total, settings)
