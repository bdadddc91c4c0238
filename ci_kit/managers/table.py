"""Every package manager that ci-kit knows, and the choice between them.

To add a manager, write one file with a class that fulfils :class:`PackageManager`, and add one row to
``MANAGERS``.
"""

from __future__ import annotations

from pathlib import Path

from ci_kit.managers.hatch import Hatch
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.nox import Nox
from ci_kit.managers.pdm import Pdm
from ci_kit.managers.pip import Pip
from ci_kit.managers.pipenv import Pipenv
from ci_kit.managers.poetry import Poetry
from ci_kit.managers.tox import Tox
from ci_kit.managers.uv import Uv

MANAGERS: tuple[PackageManager, ...] = (Poetry(), Uv(), Pdm(), Pipenv(), Hatch(), Tox(), Pip(), Nox())
"""In order of precedence. Every pyproject.toml configures pip. nox is last: its sessions may do anything."""

PROGRAMS = frozenset(manager.program for manager in MANAGERS if manager.program)
"""Programs that may make an environment before they run its Python."""


def managers_of(folder: Path) -> tuple[PackageManager, ...]:
    """The managers of the project in ``folder``, the first choice first.

    A lock file comes before every configuration file: it states what the project's environment contains.
    """
    locked = locked_by(folder)
    configured = [manager for manager in MANAGERS if any(one.found(folder) for one in manager.configurations)]
    return tuple(dict.fromkeys([*locked, *configured]))


def locked_by(folder: Path) -> tuple[PackageManager, ...]:
    """The managers whose lock files are in ``folder``, the first choice first."""
    return tuple(manager for manager in MANAGERS if locks(manager, folder))


def marker_names() -> tuple[str, ...]:
    """The names of all files by which a manager may be chosen, in order of precedence."""
    locks = [name for manager in MANAGERS for name in manager.locks]
    configurations = [file.name for manager in MANAGERS for file in manager.configurations]
    return tuple(dict.fromkeys([*locks, *configurations]))


def locks(manager: PackageManager, folder: Path) -> tuple[str, ...]:
    """The names of the lock files of ``manager`` in ``folder``."""
    return tuple(name for name in manager.locks if (folder / name).is_file())
