"""One run of a test command that is not pytest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.junit_files import JunitFiles
from ci_kit.testing.python import Project
from ci_kit.testing.session import project_command, stream_tests
from ci_kit.testing.verdict import OK, TestRun, judge_other


def run_other(
    host: Host,
    settings: Settings,
    project: Project,
    command: TestCommand,
    *,
    env: Mapping[str, str],
    folder: Path,
) -> TestRun:
    """Run the command, under coverage if the project's Python starts it; its counts come from JUnit XML.

    ``folder`` is for the files of this command. Raises UnavailableError if the command could not start, or if
    the project's folder is gone after it.
    """
    started = _start(settings, project, command, env, folder)
    reports = JunitFiles(settings.root, settings.junit_xml)
    code = stream_tests(host, started, root=settings.root, session=folder)
    if host.dry:
        return TestRun("passed", OK, None)
    results, warnings = reports.read_new(str(command))
    return replace(judge_other(code, results, command), warnings=tuple(warnings))


def _start(
    settings: Settings, project: Project, command: TestCommand, env: Mapping[str, str], folder: Path
) -> Command:
    if command.kind == "program":
        return Command(command.arguments, env=env, cwd=settings.root, unshown=project.activation)
    if settings.coverage:
        words = ["-m", "coverage", "run", *command.arguments]
        return project_command(project, folder, words, env=env, cwd=settings.root, options=command.options)
    return project.command([*command.options, *command.arguments], env=env, cwd=settings.root)
