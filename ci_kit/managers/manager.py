"""What ci-kit asks of a package manager."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


def _any_file(_file: Path) -> bool:
    return True


@dataclass(frozen=True)
class Configuration:
    """The name of a file that may configure a manager, and whether an existing file really does."""

    name: str
    configures: Callable[[Path], bool] = _any_file


class PackageManager(Protocol):
    """One package manager.

    Every ``folder`` is the folder of a project that uses this manager.
    """

    @property
    def name(self) -> str:
        """The name that users know."""

    @property
    def program(self) -> str | None:
        """The program that makes and enters environments; None if the manager has no such program."""

    @property
    def locks(self) -> tuple[str, ...]:
        """Names of files that pin the dependencies. One of them is enough to choose this manager."""

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        """Files that choose this manager where no lock file exists, in the manager's own order."""

    @property
    def named_environments(self) -> bool:
        """Whether a project has several environments with names, so that users choose one."""

    @property
    def cache_folders(self) -> tuple[str, ...]:
        """Folders of downloaded packages on Linux, which a workflow may keep between jobs."""

    def python(self, folder: Path, /) -> tuple[str, ...] | None:
        """The command that runs the project's Python.

        None means the active environment's Python, or else the machine's.
        """

    def install(self, folder: Path, /) -> tuple[str, ...]:
        """Shell commands that install the project and what its tests need.

        They run in ``folder``, where ``python`` is the workflow's Python.
        """
