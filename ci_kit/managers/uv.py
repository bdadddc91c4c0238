"""uv."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.deciding_files import deciding_files
from ci_kit.managers.environments import python_of, runs
from ci_kit.managers.job_tools import TEST_TOOLS, extras_with_tools, groups_with_tools
from ci_kit.managers.manager import PIP_CACHE, Commands, Configuration
from ci_kit.managers.toml_tables import read_table

_LOCK = "uv.lock"
CACHE_FOLDER = "~/.cache/uv"
# By default, uv takes the Python of a .python-version, in every job of a matrix.
WORKFLOW_PYTHON = "--python python"
# uv's reference of `required-version`: a version, or a specifier of versions.
_REQUIRED = re.compile(r"[\d\s.,*=<>!~a-z]+")


class Uv:
    """A project with a uv.lock, with uv's own settings, or in a workspace of uv."""

    name = "uv"
    program = "uv"
    locks = (_LOCK,)
    configurations = (
        Configuration("uv.toml"),
        Configuration("pyproject.toml", lambda file: _has_settings(file.parent)),
    )
    workspaces = True
    cache_folders = (PIP_CACHE, CACHE_FOLDER)

    def find(self, folder: Path, host: Host, /) -> tuple[str, ...] | None:
        # A workspace has its lock file and its environment at its root.
        if not (folder / _LOCK).is_file():
            return None
        if chosen := host.environ.get("UV_PROJECT_ENVIRONMENT"):
            # In an image, it may be the machine's own Python.
            python = folder / chosen / "bin" / "python"
            return (str(python),) if runs(python) else None
        found = python_of(folder / ".venv")
        return (str(found),) if found else None

    def commands(self, _folder: Path, /) -> Commands:
        return Commands(
            create="uv sync",
            complete="uv sync --all-groups --all-extras",
            add="type `uv add --dev {words}`",
        )

    def in_environment(self, _folder: Path, /) -> str:
        # Without `--no-sync`, uv would leave out the groups that only `uv sync` was told to install.
        return "uv run --no-sync "

    def install(self, folder: Path, /) -> tuple[str, ...]:
        sync = " ".join(["uv sync", WORKFLOW_PYTHON, *_selection(folder)])
        if (_workspace(folder) / _LOCK).is_file():
            return install_uv(folder), f"{sync} --locked"
        return install_uv(folder), sync, f"uv pip install {shlex.join(TEST_TOOLS)}"

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        # A member of a workspace has its lock file at the root of the workspace.
        locks = (_LOCK, os.path.relpath(_workspace(folder) / _LOCK, folder))
        return deciding_files(folder, tuple(dict.fromkeys(locks)), self.configurations)


def install_uv(folder: Path) -> str:
    """The command that installs uv, in the version that the project's settings require."""
    root = _workspace(folder)
    required = _settings(root).get("required-version")
    if not isinstance(required, str) or not _REQUIRED.fullmatch(required):
        return "python -m pip install uv"
    compact = re.sub(r"\s", "", required)
    requirement = f"uv=={compact}" if compact[:1].isdigit() else f"uv{compact}"
    return f"python -m pip install {shlex.quote(requirement)}"


def _selection(folder: Path) -> Iterator[str]:
    """The options that select the groups, the extras and the members of the workspace."""
    if "conflicts" in _settings(_workspace(folder)):
        # Not all groups can be installed together.
        yield from (f"--group {name}" for name in groups_with_tools(folder))
    else:
        yield "--all-groups"
    yield from (f"--extra {name}" for name in extras_with_tools(folder))
    if _matches(folder, "members"):
        yield "--all-packages"


def _workspace(folder: Path) -> Path:
    """The root of the workspace with the project in ``folder``; the folder itself if it is in none."""
    for parent in folder.parents:
        if folder in _matches(parent, "members") - _matches(parent, "exclude"):
            return parent
    return folder


def _matches(root: Path, key: str) -> set[Path]:
    """The folders below the root of a workspace that a list of patterns in its table names."""
    patterns = read_table(root / "pyproject.toml", "tool", "uv", "workspace").get(key)
    texts = [one for one in patterns if isinstance(one, str)] if isinstance(patterns, list) else []
    return {folder for text in texts if text and not text.startswith("/") for folder in root.glob(text)}


def _settings(folder: Path) -> Mapping[str, object]:
    """The settings of uv. As in uv, uv.toml replaces the table in pyproject.toml."""
    return read_table(folder / "uv.toml") or read_table(folder / "pyproject.toml", "tool", "uv")


def _has_settings(folder: Path) -> bool:
    return bool(_settings(folder)) or _workspace(folder) != folder
