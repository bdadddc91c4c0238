"""pip, and every other project with a pyproject.toml or a setup.py."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.deciding_files import packaging_files
from ci_kit.managers.job_tools import TEST_TOOLS, extras_with_tools, is_name
from ci_kit.managers.lock_files import has_hashes, lists_package, requirements_files
from ci_kit.managers.manager import PIP_CACHE, Commands, Configuration
from ci_kit.managers.requirements import REQUIREMENTS, requirements_for_tests
from ci_kit.managers.toml_tables import read_table
from ci_kit.managers.uv import CACHE_FOLDER as UV_CACHE_FOLDER
from ci_kit.managers.uv import WORKFLOW_PYTHON, install_uv

_INSTALL = ".venv/bin/python -m pip install"
_CONSTRAINTS = "constraints.txt"


class Pip:
    """A project with requirements files, or with packaging files that belong to no other manager."""

    name = "pip"
    program = None
    locks = (REQUIREMENTS,)
    configurations = tuple(
        Configuration(name)
        for name in ("requirements/*.txt", "*requirements*.txt", "pyproject.toml", "setup.py")
    )
    workspaces = False
    cache_folders = (PIP_CACHE, UV_CACHE_FOLDER)

    def find(self, _folder: Path, _host: Host, /) -> None:
        return None

    def commands(self, folder: Path, /) -> Commands:
        file = _file_with_pytest(folder)
        return Commands(
            create=f"python3 -m venv .venv && .venv/bin/python -m pip install -r {file}",
            complete=f"-m pip install -r {file}",
            add="add {names} to the project's test dependencies and install them",
        )

    def in_environment(self, _folder: Path, /) -> str:
        return ".venv/bin/"

    def install(self, folder: Path, /) -> tuple[str, ...]:
        if files := requirements_for_tests(folder):
            return "python -m venv .venv", *_install_requirements(folder, files)
        # pip cannot build a project without a build system, and an older Python's pip does not support
        # dependency groups. uv installs both. `uv sync` would need a solution for every Python of
        # requires-python, and many projects have none.
        words = [*_project(folder), *_groups(folder), *TEST_TOOLS, *_constraints(folder)]
        return install_uv(folder), f"uv venv {WORKFLOW_PYTHON}", f"uv pip install {shlex.join(words)}"

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        files = requirements_for_tests(folder)
        project = () if REQUIREMENTS in files else packaging_files(folder)
        constraints = [_CONSTRAINTS] if (folder / _CONSTRAINTS).is_file() else []
        # A pyproject.toml that describes no project still chooses this manager.
        return (*files, *project, *constraints) or ("pyproject.toml",)


def _file_with_pytest(folder: Path) -> str:
    """The requirements file that lists pytest: many projects have one more for development."""
    names = [name for name in requirements_files(folder) if lists_package(folder / name, "pytest")]
    return next(iter(names), REQUIREMENTS)


def _install_requirements(folder: Path, files: Sequence[str]) -> Iterator[str]:
    hashed = [name for name in files if has_hashes(folder / name)]
    others = [name for name in files if name not in hashed]
    # What requirements.txt lists is complete. Other files often list only the tools.
    project = [] if REQUIREMENTS in files else _package(folder)
    # Beside hashes, a package that nobody has pinned would be a hole.
    tools = [] if hashed else [name for name in TEST_TOOLS if not _listed(folder, files, name)]
    if hashed:
        yield f"{_INSTALL} --require-hashes {shlex.join(_options(hashed))}"
    if words := [*_options(others), *project, *tools]:
        yield f"{_INSTALL} {shlex.join([*words, *_constraints(folder)])}"


def _listed(folder: Path, files: Iterable[str], package: str) -> bool:
    return any(lists_package(folder / file, package) for file in files)


def _options(names: Iterable[str]) -> list[str]:
    return [word for name in names for word in ("-r", name)]


def _constraints(folder: Path) -> list[str]:
    return ["-c", _CONSTRAINTS] if (folder / _CONSTRAINTS).is_file() else []


def _package(folder: Path) -> list[str]:
    """The arguments that install the project itself with its extras for the tests, if it is a package."""
    has_build_system = "build-system" in read_table(folder / "pyproject.toml")
    if not has_build_system and not (folder / "setup.py").is_file():
        return []
    extras = ",".join(extras_with_tools(folder))
    return ["-e", f".[{extras}]" if extras else "."]


def _project(folder: Path) -> list[str]:
    """The arguments that install the project, or only its dependencies if it is no package."""
    if package := _package(folder):
        return package
    if not read_table(folder / "pyproject.toml", "project"):
        return []
    extras = [word for name in extras_with_tools(folder) for word in ("--extra", name)]
    return ["-r", "pyproject.toml", *extras]


def _groups(folder: Path) -> list[str]:
    groups = read_table(folder / "pyproject.toml", "dependency-groups")
    return [word for name in groups if is_name(name) for word in ("--group", name)]
