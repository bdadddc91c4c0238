"""What ci-kit asks of a package manager."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ci_kit.host.machine import Host

PIP_CACHE = "~/.cache/pip"
"""pip's packages: those of a manager's own program, and all that a manager installs by pip."""


def _any_file(_file: Path) -> bool:
    return True


@dataclass(frozen=True)
class Configuration:
    """The name of a file that may configure a manager, or a pattern, and whether such a file really does."""

    name: str
    configures: Callable[[Path], bool] = _any_file

    def found(self, folder: Path) -> tuple[str, ...]:
        """The names of the files in ``folder`` that configure the manager."""
        files = (file for file in sorted(folder.glob(self.name)) if file.is_file())
        return tuple(str(file.relative_to(folder)) for file in files if self.configures(file))


@dataclass(frozen=True)
class Commands:
    """What a developer does about an environment.

    ``create`` is the command that makes the environment. ``complete`` installs what an optional group or an
    extra of the lock file has. ``add`` says how to add packages, which replace ``{words}`` or ``{names}``.
    """

    create: str
    complete: str
    add: str


class PackageManager(Protocol):
    """One package manager."""

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
    def workspaces(self) -> bool:
        """Whether a lock file is for every project below its folder, so that commands run in each of them."""

    @property
    def cache_folders(self) -> tuple[str, ...]:
        """Folders of downloaded packages on Linux, which a workflow may keep between jobs."""

    def find(self, folder: Path, host: Host, /) -> tuple[str, ...] | None:
        """The command that starts the Python of the environment that this manager made for ``folder``.

        None if there is no such environment. This makes none. The command is the path of the interpreter, or
        begins with :attr:`program` if that sets more than the interpreter.
        """

    def commands(self, folder: Path, /) -> Commands:
        """What a developer types in ``folder``, the folder of a project that uses this manager."""

    def install(self, folder: Path, /) -> tuple[str, ...]:
        """Shell commands that install the project in ``folder`` and what its tests need.

        They run in ``folder``, where ``python`` is the workflow's Python.
        """

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        """The files that decide what :meth:`install` downloads. Their paths are relative to ``folder``."""

    def in_environment(self, folder: Path, /) -> str | None:
        """What a shell command begins with to run a program of the environment that :meth:`install` makes.

        For example ``poetry run `` or ``.venv/bin/``; None if several environments are made.
        """
