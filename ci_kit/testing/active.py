"""The environment that is active in the shell."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.managers.environments import runs

# `hatch run`, `pipenv run` and `poetry shell` set these.
_SET_BY_MANAGERS = ("HATCH_ENV_ACTIVE", "PIPENV_ACTIVE", "POETRY_ACTIVE")


@dataclass(frozen=True)
class ActiveEnvironment:
    """An active environment. ``variable`` names it in the environment variables.

    ``by_manager`` means that a package manager has activated its own environment.
    """

    folder: Path
    variable: str
    by_manager: bool

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def belongs_to(self, folders: Sequence[Path]) -> bool:
        """Whether it is an environment of the project with these folders, the project's own first."""
        if self.by_manager or self.folder.is_relative_to(folders[0]):
            return True
        # tox and nox keep environments in a folder of their own: .tox/py, .nox/tests.
        parents = self.folder.parents
        inside = parents[1] if parents[0].name.startswith(".") else parents[0]
        return inside in folders

    @property
    def of_ci_kit(self) -> bool:
        """Whether ci-kit itself is installed in it."""
        return self.folder == Path(sys.prefix)


def active_environment(environ: Mapping[str, str]) -> ActiveEnvironment | None:
    """The active environment; None also for one that was removed, and for conda's base environment."""
    variables = ["VIRTUAL_ENV"]
    # Many machines activate conda's base environment in every shell.
    if environ.get("CONDA_DEFAULT_ENV") != "base":
        variables.append("CONDA_PREFIX")
    for variable in variables:
        if folder := environ.get(variable):
            by_manager = any(environ.get(name) for name in _SET_BY_MANAGERS)
            active = ActiveEnvironment(Path(folder), variable, by_manager)
            if runs(active.python):
                return active
    return None
