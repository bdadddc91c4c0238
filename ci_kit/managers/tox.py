"""tox."""

from __future__ import annotations

import re
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.deciding_files import deciding_files
from ci_kit.managers.environments import environment_for_tests
from ci_kit.managers.manager import PIP_CACHE, Commands, Configuration
from ci_kit.managers.toml_tables import read_table

# tox has this environment in every project. Its Python is the one that runs tox.
_ENVIRONMENT = "py"


def _is_tox_ini(file: Path) -> bool:
    # pytest and flake8 read a tox.ini too, and many a tox.ini is only for them.
    sections = _sections(file)
    return not sections or any(name == "tox" or name.startswith("testenv") for name in sections)


def _sections(file: Path) -> list[str]:
    return re.findall(r"^\[([^\]]+)\]", file.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)


class Tox:
    """A project whose tests run in an environment of tox."""

    name = "tox"
    program = "tox"
    locks = ()
    # Source: tox's manual, "Configuration": the first of these files that configures tox.
    configurations = (
        Configuration("tox.ini", _is_tox_ini),
        Configuration("setup.cfg", lambda file: "tox:tox" in _sections(file)),
        Configuration("pyproject.toml", lambda file: bool(read_table(file, "tool", "tox"))),
        Configuration("tox.toml"),
    )
    workspaces = False
    cache_folders = (PIP_CACHE,)

    def find(self, folder: Path, _host: Host, /) -> tuple[str, ...] | None:
        # Not `tox exec`: it hides the environment variables that pass_env does not list, the database's too.
        python = environment_for_tests(folder / ".tox")
        return (str(python),) if python else None

    def commands(self, _folder: Path, /) -> Commands:
        create = f"tox run -e {_ENVIRONMENT} --notest"
        return Commands(create, create, f"add {{names}} to `deps` of tox and type `{create}`")

    def in_environment(self, _folder: Path, /) -> str:
        return f".tox/{_ENVIRONMENT}/bin/"

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return "python -m pip install tox", f"tox run -e {_ENVIRONMENT} --notest"

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        return deciding_files(folder, self.locks, self.configurations)
