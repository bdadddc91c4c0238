"""The project's own Python, and what of the test tools it has."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.settings.settings import Settings

# A lock file, and how its tool runs the Python of the environment it made.
_TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("poetry.lock", ("poetry", "run", "python")),
    ("uv.lock", ("uv", "run", "--no-sync", "python")),
    ("pdm.lock", ("pdm", "run", "python")),
    ("Pipfile.lock", ("pipenv", "run", "python")),
)

# Without a `source` or an `include`, coverage measures every file that is not installed.
_PROBE = """\
import importlib.util, json, sys
names = ("pytest", "coverage", "pytest_jsonreport", "xdist")
has = [name for name in names if importlib.util.find_spec(name)]
omit = None
if "coverage" in has:
    import coverage
    try:
        option = coverage.Coverage().get_option
        if not any(option("run:" + name) for name in ("source", "source_pkgs", "include")):
            omit = option("run:omit") or []
    except Exception:
        pass
print(json.dumps({"version": sys.version.split()[0], "prefix": sys.prefix, "has": has, "omit": omit}))
"""


@dataclass(frozen=True)
class Project:
    """A project's Python: the command that runs it, its version, and the test tools it can import.

    ``omit`` is what its coverage leaves out of all it would measure; None if it measures only what it names.
    """

    python: tuple[str, ...]
    version: str
    has: frozenset[str]
    omit: tuple[str, ...] | None = None


def find_python(host: Host, settings: Settings) -> tuple[str, ...]:
    """The command that runs the project's Python: as set, or by what lies in the project's folder."""
    if settings.python:
        return settings.python
    environment = settings.root / ".venv"
    if environment.is_dir():
        return (_require_program(environment / "bin" / "python"),)
    for lock, command in _TOOLS:
        if (settings.root / lock).exists() and host.which(command[0]):
            return command
    if active := host.environ.get("VIRTUAL_ENV"):
        return (str(Path(active, "bin", "python")),)
    return ("python3",) if host.which("python3") else ("python",)


def _require_program(path: Path) -> str:
    if not os.access(path, os.X_OK):
        raise UnavailableError(
            f"the project's .venv has no Python: {path}",
            why="it is empty, or made by a Python that is gone",
            todo="make it again (python -m venv --clear .venv) and install the project's dependencies",
        )
    return str(path)


def inspect_project(host: Host, settings: Settings) -> Project:
    """The project's Python. Raises UnavailableError where it cannot run the tests."""
    python = find_python(host, settings)
    if host.dry and any(python == command for _, command in _TOOLS):
        # The tool would make the environment that it has not made yet.
        return Project(python, "", frozenset({"pytest", "coverage"}))
    try:
        # A tool may have to install the project's environment first.
        answer = host.ask(Command([*python, "-c", _PROBE], cwd=settings.root), seconds=None)
    except UnavailableError as error:
        named = f" (it came from {settings.source('python')})" if settings.given("python") else ""
        error.todo = (
            f"name the project's Python by the setting python{named}; left out, it is the one of .venv,"
            " of a lock file or of the PATH"
        )
        raise
    try:
        facts = json.loads(answer.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise UnavailableError(
            f"`{' '.join(python)}` does not run as Python",
            why=f"it ended with {answer.code}",
            details=tuple((answer.stderr or answer.stdout).splitlines()[-5:]),
            todo="install the project's dependencies, or name its Python by the setting python",
        ) from error
    omit = None if facts["omit"] is None else tuple(facts["omit"])
    project = Project(python, facts["version"], frozenset(facts["has"]), omit)
    wanted = {"pytest", "coverage"} if settings.coverage else {"pytest"}
    if missing := sorted(wanted - project.has):
        raise UnavailableError(
            f"the project's Python has no {' and no '.join(missing)}",
            why=f"`{' '.join(python)}` is Python {project.version} in {facts['prefix']}",
            todo=f"install {' '.join(missing)} among the project's test dependencies,"
            " or name its Python by the setting python",
        )
    return project
