"""uv."""

from __future__ import annotations

from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.environments import python_of, runs
from ci_kit.managers.manager import Commands, Configuration

_LOCK = "uv.lock"

INSTALL_UV = "python -m pip install uv"
# `--python python` selects the workflow's Python. By default, uv takes the one of a .python-version, in every
# job of a matrix.
SYNC = "uv sync --python python --all-groups"
CACHE_FOLDER = "~/.cache/uv"
# Without `--no-sync`, uv would leave out the groups that only `uv sync` was told to install.
IN_ENVIRONMENT = "uv run --no-sync "


class Uv:
    """A project with a uv.lock."""

    name = "uv"
    program = "uv"
    locks = (_LOCK,)
    configurations: tuple[Configuration, ...] = ()
    workspaces = True
    cache_folders = (CACHE_FOLDER,)

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
        return IN_ENVIRONMENT

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return INSTALL_UV, f"{SYNC} --locked"
