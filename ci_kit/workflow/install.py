"""How the workflow installs a project that does not say: from the files in its folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from ci_kit.errors import UsageError

# `python` is the workflow's; without a word uv takes the one of a .python-version, in every job of a matrix.
_UV_SYNC = "uv sync --python python --all-groups"


def install_script(folder: Path) -> str:
    """The shell commands that install the project in ``folder`` with what its tests need."""
    for marker, commands in _KINDS.items():
        if (folder / marker).is_file():
            return "".join(f"{command}\n" for command in commands(folder / marker))
    raise UsageError(
        f"cannot tell how to install the project in {folder}",
        why=f"none of {', '.join(_KINDS)} is there",
        todo='set install = ["<command>", …] in [tool.ci-kit.workflow] of pyproject.toml',
    )


def _poetry(_lock: Path) -> tuple[str, ...]:
    return "python -m pip install poetry", "poetry install --no-interaction"


def _uv(_lock: Path) -> tuple[str, ...]:
    return "python -m pip install uv", f"{_UV_SYNC} --locked"


def _requirements(file: Path) -> tuple[str, ...]:
    hashed = re.search(r"--hash[ =]", file.read_text(encoding="utf-8", errors="replace"))
    hashes = "--require-hashes " if hashed else ""
    return "python -m venv .venv", f".venv/bin/python -m pip install {hashes}-r {file.name}"


def _unlocked(_pyproject: Path) -> tuple[str, ...]:
    # uv, not `pip install .`: an application without a build system is not a package that pip could build,
    # and the pip of an older Python does not know dependency groups.
    return "python -m pip install uv", _UV_SYNC, "uv pip install pytest coverage"


_KINDS: Mapping[str, Callable[[Path], tuple[str, ...]]] = {
    "poetry.lock": _poetry,
    "uv.lock": _uv,
    "requirements.txt": _requirements,
    "pyproject.toml": _unlocked,
}
