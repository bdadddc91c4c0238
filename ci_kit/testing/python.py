"""The project's own Python, and the test tools in it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.managers.table import PROGRAMS, managers_of
from ci_kit.settings.settings import Settings

# No braces: `hatch run` takes them for fields of its own.
# Without `source` or `include`, coverage measures every file that is not installed.
_PROBE = """\
import importlib.util, json, sys
names = ("pytest", "coverage", "pytest_jsonreport", "xdist", "pytest_env", "pytest_dotenv")
has = [name for name in names if importlib.util.find_spec(name)]
if importlib.util.find_spec("environs"):
    import importlib.metadata
    if int(importlib.metadata.version("environs").split(".")[0]) < 15:
        has.append("environs<15")
omit = None
if "coverage" in has:
    import coverage
    try:
        option = coverage.Coverage().get_option
        if not any(option("run:" + name) for name in ("source", "source_pkgs", "include")):
            omit = option("run:omit") or []
    except Exception:
        pass
print(json.dumps(dict(version=sys.version.split()[0], prefix=sys.prefix, has=has, omit=omit)))
"""


@dataclass(frozen=True)
class Project:
    """A project's Python: the command that runs it, its version, and the test tools that it can import.

    ``has`` also contains ``environs<15`` for an old release of that library.

    ``omit`` has the file patterns that its coverage configuration leaves out. None means that the
    configuration names what coverage measures.
    """

    python: tuple[str, ...]
    version: str
    has: frozenset[str]
    omit: tuple[str, ...] | None = None


def find_python(host: Host, settings: Settings) -> tuple[str, ...]:
    """The command that runs the project's Python: the setting, or the one of the project's folder."""
    if settings.python:
        return settings.python
    environment = settings.root / ".venv"
    if environment.is_dir():
        return (_require_program(environment / "bin" / "python"),)
    active = host.environ.get("VIRTUAL_ENV")
    for manager in managers_of(settings.root):
        if active and manager.named_environments:
            # The user has chosen one of the manager's environments.
            break
        command = manager.python(settings.root)
        if command is None:
            break
        if host.which(command[0]):
            return command
    if active:
        return (str(Path(active, "bin", "python")),)
    return ("python3",) if host.which("python3") else ("python",)


def _require_program(path: Path) -> str:
    if not os.access(path, os.X_OK):
        raise UnavailableError(
            f"the project's .venv has no Python: {path}",
            why="it is empty, or the Python that created it was removed",
            todo="create it again (python -m venv --clear .venv) and install the project's dependencies",
        )
    return str(path)


def inspect_project(host: Host, settings: Settings) -> Project:
    """The project's Python. Raises UnavailableError if it cannot run the tests."""
    python = find_python(host, settings)
    if host.dry and Path(python[0]).name in PROGRAMS:
        # The program would create an environment that does not exist yet.
        return Project(python, "", frozenset({"pytest", "coverage"}))
    try:
        # A package manager may install the project's environment first, which takes an unknown time.
        answer = host.ask(Command([*python, "-c", _PROBE], cwd=settings.root), seconds=None)
    except UnavailableError as error:
        source = f" (it came from {settings.source('python')})" if settings.given("python") else ""
        error.todo = (
            f"set the project's Python with the setting python{source}; by default, ci-kit takes it from"
            " .venv, a package manager or the PATH"
        )
        raise
    try:
        facts = json.loads(answer.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise UnavailableError(
            f"`{' '.join(python)}` does not run as Python",
            why=f"its exit code was {answer.code}",
            details=tuple((answer.stderr or answer.stdout).splitlines()[-5:]),
            todo="install the project's dependencies, or set its Python with the setting python",
        ) from error
    omit = None if facts["omit"] is None else tuple(facts["omit"])
    project = Project(python, facts["version"], frozenset(facts["has"]), omit)
    required = {"pytest", "coverage"} if settings.coverage else {"pytest"}
    if missing := sorted(required - project.has):
        raise UnavailableError(
            f"the project's Python has no {' and no '.join(missing)}",
            why=f"`{' '.join(python)}` is Python {project.version} in {facts['prefix']}",
            todo=f"add {' and '.join(missing)} to the project's test dependencies and install them,"
            " or set its Python with the setting python",
        )
    return project
