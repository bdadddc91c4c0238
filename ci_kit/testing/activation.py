"""The environment variables of an active environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ci_kit.host.commands import Env

# These belong to one process or one shell.
_OF_A_PROCESS = frozenset({"_", "OLDPWD", "PWD", "SHLVL"})


def activation(prefix: str, base_prefix: str, environ: Mapping[str, str]) -> Env:
    """The changes that activate the environment in ``prefix``, as its ``activate`` script makes them.

    Programs of the environment are then found by tests that start them by name. Empty for a Python that is
    not in an environment, and for an environment that is active already.
    """
    bin_folder = str(Path(prefix, "bin"))
    path = environ.get("PATH", os.defpath)
    first = path.split(os.pathsep)[0] == bin_folder
    variable = _variable(prefix, base_prefix)
    if variable is None or (first and environ.get(variable) == prefix):
        return {}
    return {
        variable: prefix,
        "PATH": path if first else f"{bin_folder}{os.pathsep}{path}",
        **({"PYTHONHOME": None} if "PYTHONHOME" in environ else {}),
    }


def _variable(prefix: str, base_prefix: str) -> str | None:
    if prefix != base_prefix:
        return "VIRTUAL_ENV"
    return "CONDA_PREFIX" if Path(prefix, "conda-meta").is_dir() else None


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Env:
    """The changes that a program has made to the environment of the programs that it starts."""
    set_by_it = {name: value for name, value in after.items() if before.get(name) != value}
    removed: dict[str, None] = dict.fromkeys(name for name in before if name not in after)
    return {name: value for name, value in {**set_by_it, **removed}.items() if name not in _OF_A_PROCESS}
