"""The programs of the test commands: whether they exist, and which of them the project's Python runs."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.python import Project

# In the first line, or in the second one if a shell starts the interpreter: its path may be long, have spaces
# or be relative to the script.
_INTERPRETER = re.compile(rb"(/[^'\"\n]*/)?python[\d.]*\b")
_LONGEST_START = 4096


def find_programs(
    host: Host, settings: Settings, project: Project, commands: Iterable[TestCommand]
) -> tuple[TestCommand, ...]:
    """The commands, with each script of the project's Python as a file that this Python runs.

    Raises UnavailableError if a program is not there, and UsageError for a threshold of coverage without a
    command that coverage measures. A dry run cannot find all programs.
    """
    found = tuple(_find_program(host, settings, project, command) for command in commands)
    unmeasured = [command for command in found if not command.measured]
    if not settings.coverage or host.dry:
        return found
    if settings.fail_under and len(unmeasured) == len(found):
        raise UsageError(
            "fail-under needs coverage, and no test command is measured",
            why=f"Python starts none of them; fail-under came from {settings.source('fail-under')}",
            todo="remove fail-under, or let a test command start Python, as in `python runtests.py`",
        )
    for command in unmeasured:
        host.console.step("coverage", f"`{command}` is not measured, because Python does not start it")
    return found


def _find_program(host: Host, settings: Settings, project: Project, command: TestCommand) -> TestCommand:
    if command.measured:
        return command
    name = command.words[0]
    if "/" in name:
        path: str | None = str(settings.root / name)
    else:
        path = shutil.which(name, path=project.variable("PATH", host) or os.defpath)
    if path and _is_script_of(project, Path(path)):
        return replace(command, kind="python", arguments=(path, *command.arguments[1:]))
    if path is None and not host.dry:
        raise UnavailableError(
            f"test-command starts {name}, which is neither in the project's environment nor on the PATH",
            why=f"the command is `{command}`; it came from {settings.source('test-command')}",
            todo=f"install {name}, or correct the command",
        )
    return command


def _is_script_of(project: Project, path: Path) -> bool:
    """Whether it is a Python script among the scripts of the project's Python, which this Python runs."""
    folders = {os.path.realpath(folder) for folder in project.scripts}
    if os.path.realpath(path.parent) not in folders:
        return False
    try:
        with path.open("rb") as file:
            first, second, *_ = (file.read(_LONGEST_START) + b"\n\n").split(b"\n")
    except OSError:
        return False
    line = second if second.startswith(b"'''exec'") else first
    found = _INTERPRETER.search(line) if first.startswith(b"#!") else None
    folder = os.fsdecode(found[1] or b"") if found else None
    # Without a folder, it is the Python of the active environment, or the one beside the script.
    return folder is not None and (not folder or os.path.realpath(folder) in folders)
