"""nox."""

from __future__ import annotations

from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.deciding_files import deciding_files
from ci_kit.managers.environments import environment_for_tests
from ci_kit.managers.manager import PIP_CACHE, Commands, Configuration

_INSTALL = "nox --install-only"


class Nox:
    """A project whose tests run in a session of nox."""

    name = "nox"
    program = "nox"
    locks = ()
    configurations = (Configuration("noxfile.py"),)
    workspaces = False
    cache_folders = (PIP_CACHE,)

    def find(self, folder: Path, _host: Host, /) -> tuple[str, ...] | None:
        python = environment_for_tests(folder / ".nox")
        return (str(python),) if python else None

    def commands(self, _folder: Path, /) -> Commands:
        return Commands(_INSTALL, _INSTALL, f"install {{names}} in nox's session and type `{_INSTALL}`")

    def in_environment(self, _folder: Path, /) -> None:
        return None

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return "python -m pip install nox", _INSTALL

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        return deciding_files(folder, self.locks, self.configurations)
