"""Which packages a project declares, and which of them a manager's installation has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ci_kit.managers.hatch import environments_for_tests
from ci_kit.managers.job_tools import names_in, normalised
from ci_kit.managers.lock_files import has_hashes, lists_package
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.requirements import requirements_for_tests
from ci_kit.managers.table import locks
from ci_kit.managers.toml_tables import read_table

_COMPILED = re.compile(r"--hash[ =]|^ *# +via\b", re.MULTILINE)


def installs(manager: PackageManager, folder: Path, package: str) -> bool:
    """Whether ``manager`` installs a package with the project in ``folder``, also as another's dependency.

    Without a lock file, only what the project declares counts. ``package`` is in lower case, with hyphens.
    """
    files = requirements_for_tests(folder) if manager.program is None else locks(manager, folder)
    if files:
        return any(lists_package(folder / name, package) for name in files)
    return declares(folder, package)


def locked_without(manager: PackageManager, folder: Path, packages: Iterable[str]) -> tuple[str, ...]:
    """Those of ``packages`` that the lock files in ``folder`` lack, so that the installation lacks them too.

    Empty without a lock file. A requirements file is one if it has hashes.
    """
    files = locks(manager, folder)
    if manager.program is None:
        files = tuple(name for name in requirements_for_tests(folder) if has_hashes(folder / name))
    return tuple(name for name in packages if files and not installs(manager, folder, name))


def declares(folder: Path, package: str) -> bool:
    """Whether the project in ``folder`` names a package itself: a lock file also has what others need."""
    for requirements in (folder / name for name in requirements_for_tests(folder)):
        if lists_package(requirements, package) and not _is_compiled(requirements):
            return True
    return package in map(normalised, _declared(folder))


def _is_compiled(requirements: Path) -> bool:
    """Whether a program wrote a requirements file, which then has every dependency of a dependency."""
    return bool(_COMPILED.search(requirements.read_text(encoding="utf-8", errors="replace")))


def _declared(folder: Path) -> Iterator[str]:
    pyproject = folder / "pyproject.toml"
    yield from names_in(read_table(pyproject, "project").get("dependencies"))
    yield from _names_in_groups(read_table(pyproject, "dependency-groups"))
    yield from names_in(read_table(pyproject, "tool", "uv").get("dev-dependencies"))
    yield from _names_in_groups(read_table(pyproject, "tool", "pdm", "dev-dependencies"))
    for environment in environments_for_tests(folder):
        yield from names_in(environment.get("dependencies"))
        yield from names_in(environment.get("extra-dependencies"))
    yield from read_table(pyproject, "tool", "poetry", "dependencies")
    yield from read_table(pyproject, "tool", "poetry", "dev-dependencies")
    for name in read_table(pyproject, "tool", "poetry", "group"):
        yield from read_table(pyproject, "tool", "poetry", "group", name, "dependencies")
    yield from read_table(folder / "Pipfile", "packages")
    yield from read_table(folder / "Pipfile", "dev-packages")


def _names_in_groups(groups: Mapping[str, object]) -> Iterator[str]:
    for requirements in groups.values():
        yield from names_in(requirements)
