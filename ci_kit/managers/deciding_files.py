"""Which files decide what a package manager downloads: the key of a cache has their hash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ci_kit.managers.lock_files import requirements_files
from ci_kit.managers.manager import Configuration
from ci_kit.managers.toml_tables import read_table

_PACKAGING = ("pyproject.toml", "setup.py", "setup.cfg")


def deciding_files(
    folder: Path, locks: Sequence[str], configurations: Sequence[Configuration]
) -> tuple[str, ...]:
    """The lock files in ``folder``; without one, its configurations and all files that list packages."""
    if present := tuple(name for name in locks if (folder / name).is_file()):
        return present
    configured = [name for configuration in configurations for name in configuration.found(folder)]
    return tuple(dict.fromkeys([*configured, *packaging_files(folder), *requirements_files(folder)]))


def packaging_files(folder: Path) -> tuple[str, ...]:
    """The files that describe the project as a package, with its dependencies.

    A pyproject.toml that only has the settings of tools is not among them.
    """
    present = (name for name in _PACKAGING if (folder / name).is_file())
    return tuple(name for name in present if name != "pyproject.toml" or _describes(folder / name))


def _describes(pyproject: Path) -> bool:
    return not read_table(pyproject).keys() <= {"tool"}
