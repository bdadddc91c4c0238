"""uv."""

from __future__ import annotations

from pathlib import Path

from ci_kit.managers.manager import Configuration

INSTALL_UV = "python -m pip install uv"
# `--python python` selects the workflow's Python. By default, uv takes the one of a .python-version, in every
# job of a matrix.
SYNC = "uv sync --python python --all-groups"
CACHE_FOLDER = "~/.cache/uv"


class Uv:
    """A project with a uv.lock."""

    name = "uv"
    program = "uv"
    locks = ("uv.lock",)
    configurations: tuple[Configuration, ...] = ()
    named_environments = False
    cache_folders = (CACHE_FOLDER,)

    def python(self, _folder: Path, /) -> tuple[str, ...]:
        return "uv", "run", "--no-sync", "python"

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return INSTALL_UV, f"{SYNC} --locked"
