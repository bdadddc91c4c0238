"""pip, and every other project with a pyproject.toml."""

from __future__ import annotations

import re
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.lock_files import lists_package, requirements_files
from ci_kit.managers.manager import Commands, Configuration
from ci_kit.managers.uv import CACHE_FOLDER as UV_CACHE_FOLDER
from ci_kit.managers.uv import IN_ENVIRONMENT, INSTALL_UV, SYNC

_REQUIREMENTS = "requirements.txt"


class Pip:
    """A project with a requirements.txt, or with a pyproject.toml that belongs to no other manager."""

    name = "pip"
    program = None
    locks = (_REQUIREMENTS,)
    configurations = (Configuration("pyproject.toml"),)
    workspaces = False
    cache_folders = ("~/.cache/pip", UV_CACHE_FOLDER)

    def find(self, _folder: Path, _host: Host, /) -> None:
        return None

    def commands(self, folder: Path, /) -> Commands:
        file = _file_with_pytest(folder)
        return Commands(
            create=f"python3 -m venv .venv && .venv/bin/python -m pip install -r {file}",
            complete=f"-m pip install -r {file}",
            add="add {names} to the project's test dependencies and install them",
        )

    def in_environment(self, folder: Path, /) -> str:
        return ".venv/bin/" if (folder / _REQUIREMENTS).is_file() else IN_ENVIRONMENT

    def install(self, folder: Path, /) -> tuple[str, ...]:
        requirements = folder / _REQUIREMENTS
        return _install_requirements(requirements) if requirements.is_file() else _install_pyproject()


def _file_with_pytest(folder: Path) -> str:
    """The requirements file that lists pytest: many projects have one more for development."""
    names = [name for name in requirements_files(folder) if lists_package(folder / name, "pytest")]
    return next(iter(names), _REQUIREMENTS)


def _install_requirements(file: Path) -> tuple[str, ...]:
    hashed = re.search(r"--hash[ =]", file.read_text(encoding="utf-8", errors="replace"))
    hashes = "--require-hashes " if hashed else ""
    return "python -m venv .venv", f".venv/bin/python -m pip install {hashes}-r {file.name}"


def _install_pyproject() -> tuple[str, ...]:
    # pip cannot build a project without a build system, and an older Python's pip does not support dependency
    # groups. uv installs both.
    return INSTALL_UV, SYNC, "uv pip install pytest coverage"
