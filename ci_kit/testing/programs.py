"""The programs of the test commands: whether they exist, and which of them the project's Python runs."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.python import Project

# In the first line, or in the second one if a shell starts the interpreter: its path may be long, have spaces
# or be relative to the script.
_INTERPRETER = re.compile(rb"(/[^'\"\n]*/)?python[\d.]*\b")
_LONGEST_START = 4096


def find_program(host: Host, settings: Settings, project: Project, command: TestCommand) -> TestCommand:
    """The command, with a script of the project's Python as a file that this Python runs.

    Raises UnavailableError if the program is not there. A dry run cannot find all of them.
    """
    if command.kind != "program":
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
    if settings.coverage:
        host.console.step("coverage", f"`{command}` is not measured, because Python does not start it")
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
