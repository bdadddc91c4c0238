"""PDM."""

from __future__ import annotations

from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.environments import python_of, runs
from ci_kit.managers.manager import Commands, Configuration
from ci_kit.managers.toml_tables import read_table

# PDM's manual, "Working with virtual environments": the path of the interpreter that the project uses.
_SAVED = ".pdm-python"


class Pdm:
    """A project with a pdm.lock."""

    name = "PDM"
    program = "pdm"
    locks = ("pdm.lock",)
    configurations: tuple[Configuration, ...] = ()
    workspaces = False
    cache_folders = ("~/.cache/pdm",)

    def find(self, folder: Path, host: Host, /) -> tuple[str, ...] | None:
        # The program is not asked: `pdm info` makes an environment if none exists.
        try:
            saved = Path((folder / _SAVED).read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError):
            return None
        if not runs(saved):
            return None
        environment = python_of(saved.parents[1])
        if host.which(self.program) and (environment is None or _sets_variables(folder)):
            # Without an environment, packages are in __pypackages__, which only `pdm run` knows.
            return self.program, "run", "python"
        return (str(saved),)

    def commands(self, _folder: Path, /) -> Commands:
        return Commands(
            create="pdm install",
            complete="pdm install --group :all",
            add="type `pdm add --dev --group test {words}`",
        )

    def in_environment(self, _folder: Path, /) -> str:
        return "pdm run "

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return (
            # PDM 2.29 fails to download with hishel 2: it has no SyncSqliteStorage.
            "python -m pip install pdm 'hishel<2'",
            # By default, PDM takes the Python of a .python-version, in every job of a matrix.
            "pdm use --first python",
            # `pdm sync` would accept a lock file that is older than pyproject.toml.
            "pdm install --check",
        )


def _sets_variables(folder: Path) -> bool:
    """Whether `pdm run` sets environment variables of the project."""
    return bool(read_table(folder / "pyproject.toml", "tool", "pdm", "scripts", "_"))
