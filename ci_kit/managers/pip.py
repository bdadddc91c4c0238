"""pip, and every other project with a pyproject.toml."""

from __future__ import annotations

import re
from pathlib import Path

from ci_kit.managers.manager import Configuration
from ci_kit.managers.uv import CACHE_FOLDER as UV_CACHE_FOLDER
from ci_kit.managers.uv import INSTALL_UV, SYNC

_REQUIREMENTS = "requirements.txt"


class Pip:
    """A project with a requirements.txt, or with a pyproject.toml that belongs to no other manager."""

    name = "pip"
    program = None
    locks = (_REQUIREMENTS,)
    configurations = (Configuration("pyproject.toml"),)
    named_environments = False
    cache_folders = ("~/.cache/pip", UV_CACHE_FOLDER)

    def python(self, _folder: Path, /) -> None:
        return None

    def install(self, folder: Path, /) -> tuple[str, ...]:
        requirements = folder / _REQUIREMENTS
        return _install_requirements(requirements) if requirements.is_file() else _install_pyproject()


def _install_requirements(file: Path) -> tuple[str, ...]:
    hashed = re.search(r"--hash[ =]", file.read_text(encoding="utf-8", errors="replace"))
    hashes = "--require-hashes " if hashed else ""
    return "python -m venv .venv", f".venv/bin/python -m pip install {hashes}-r {file.name}"


def _install_pyproject() -> tuple[str, ...]:
    # pip cannot build a project without a build system, and an older Python's pip does not support dependency
    # groups. uv installs both.
    return INSTALL_UV, SYNC, "uv pip install pytest coverage"
