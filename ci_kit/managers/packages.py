"""Which packages a project declares, and which of them a manager's installation has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ci_kit.managers.hatch import environments_for_tests
from ci_kit.managers.lock_files import lists_package
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.table import locks
from ci_kit.managers.toml_tables import read_table

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")
_COMPILED = re.compile(r"--hash[ =]|^ *# +via\b", re.MULTILINE)


def installs(manager: PackageManager, folder: Path, package: str) -> bool:
    """Whether ``manager`` installs a package with the project in ``folder``, also as another's dependency.

    Without a lock file, only what the project declares counts. ``package`` is in lower case, with hyphens.
    """
    if files := locks(manager, folder):
        return any(lists_package(folder / name, package) for name in files)
    return declares(folder, package)


def declares(folder: Path, package: str) -> bool:
    """Whether the project in ``folder`` names a package itself: a lock file also has what others need."""
    requirements = folder / "requirements.txt"
    if lists_package(requirements, package) and not _is_compiled(requirements):
        return True
    return package in {re.sub(r"[-_.]+", "-", name).lower() for name in _declared(folder)}


def _is_compiled(requirements: Path) -> bool:
    """Whether a program wrote a requirements.txt, which then has every dependency of a dependency."""
    return bool(_COMPILED.search(requirements.read_text(encoding="utf-8", errors="replace")))


def _declared(folder: Path) -> Iterator[str]:
    pyproject = folder / "pyproject.toml"
    yield from _names(read_table(pyproject, "project").get("dependencies"))
    yield from _names_in_groups(read_table(pyproject, "dependency-groups"))
    yield from _names(read_table(pyproject, "tool", "uv").get("dev-dependencies"))
    yield from _names_in_groups(read_table(pyproject, "tool", "pdm", "dev-dependencies"))
    for environment in environments_for_tests(folder):
        yield from _names(environment.get("dependencies"))
        yield from _names(environment.get("extra-dependencies"))
    yield from read_table(pyproject, "tool", "poetry", "dependencies")
    yield from read_table(pyproject, "tool", "poetry", "dev-dependencies")
    for name in read_table(pyproject, "tool", "poetry", "group"):
        yield from read_table(pyproject, "tool", "poetry", "group", name, "dependencies")
    yield from read_table(folder / "Pipfile", "packages")
    yield from read_table(folder / "Pipfile", "dev-packages")


def _names_in_groups(groups: Mapping[str, object]) -> Iterator[str]:
    for requirements in groups.values():
        yield from _names(requirements)


def _names(requirements: object) -> Iterator[str]:
    for requirement in requirements if isinstance(requirements, list) else ():
        if isinstance(requirement, str) and (match := _NAME.match(requirement)):
            yield match[1]
