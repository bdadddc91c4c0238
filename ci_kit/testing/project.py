"""The project's own Python, and what of the test tools it has."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host import Host
from ci_kit.settings import Settings

# A lock file, and how its tool runs the Python of the environment it made.
_TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("poetry.lock", ("poetry", "run", "python")),
    ("uv.lock", ("uv", "run", "--no-sync", "python")),
    ("pdm.lock", ("pdm", "run", "python")),
    ("Pipfile.lock", ("pipenv", "run", "python")),
)

_PROBE = """\
import importlib.util, json, sys
names = ("pytest", "coverage", "pytest_jsonreport", "xdist")
print(json.dumps({"version": sys.version.split()[0], "prefix": sys.prefix,
                  "has": [n for n in names if importlib.util.find_spec(n)]}))
"""


@dataclass(frozen=True)
class Project:
    """A project's Python: the command that runs it, its version, and the test tools it can import."""

    python: tuple[str, ...]
    version: str
    has: frozenset[str]


def find_python(host: Host, settings: Settings) -> tuple[str, ...]:
    """The command that runs the project's Python: as set, or by what lies in the project's folder."""
    if settings.python:
        return settings.python
    own = settings.root / ".venv" / "bin" / "python"
    if os.access(own, os.X_OK):
        return (str(own),)
    for lock, command in _TOOLS:
        if (settings.root / lock).exists() and host.which(command[0]):
            return command
    if active := host.environ.get("VIRTUAL_ENV"):
        return (str(Path(active, "bin", "python")),)
    return ("python3",) if host.which("python3") else ("python",)


def inspect_project(host: Host, settings: Settings) -> Project:
    """The project's Python. Raises UnavailableError where it cannot run the tests."""
    python = find_python(host, settings)
    answer = host.ask([*python, "-c", _PROBE], cwd=settings.root)
    try:
        facts = json.loads(answer.stdout.splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise UnavailableError(
            f"`{' '.join(python)}` does not run as Python",
            why=f"it ended with {answer.code}",
            details=tuple((answer.stderr or answer.stdout).splitlines()[-5:]),
            todo="install the project's dependencies, or name its Python by the setting python",
        ) from error
    project = Project(python, facts["version"], frozenset(facts["has"]))
    wanted = {"pytest", "coverage"} if settings.coverage else {"pytest"}
    if missing := sorted(wanted - project.has):
        raise UnavailableError(
            f"the project's Python has no {' and no '.join(missing)}",
            why=f"`{' '.join(python)}` is Python {project.version} in {facts['prefix']}",
            todo=f"install {' '.join(missing)} among the project's test dependencies,"
            " or name its Python by the setting python",
        )
    return project
