"""PDM."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ci_kit.host.machine import Host
from ci_kit.managers.deciding_files import deciding_files
from ci_kit.managers.environments import python_of, runs
from ci_kit.managers.job_tools import extras_with_tools
from ci_kit.managers.manager import PIP_CACHE, Commands, Configuration
from ci_kit.managers.toml_tables import read_table

# PDM's manual, "Working with virtual environments": the path of the interpreter that the project uses.
_SAVED = ".pdm-python"
_LOCK = "pdm.lock"


def _has_environment(pyproject: Path) -> bool:
    # The other tables of PDM are for its build backend.
    return not {"dev-dependencies", "distribution"}.isdisjoint(read_table(pyproject, "tool", "pdm"))


class Pdm:
    """A project with a pdm.lock, or with PDM's own settings for an environment."""

    name = "PDM"
    program = "pdm"
    locks = (_LOCK,)
    configurations = (Configuration("pyproject.toml", _has_environment),)
    workspaces = False
    cache_folders = (PIP_CACHE, "~/.cache/pdm")

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

    def install(self, folder: Path, /) -> tuple[str, ...]:
        # `pdm sync` would accept a lock file that is older than pyproject.toml.
        check = " --check" if (folder / _LOCK).is_file() else ""
        extras = "".join(f" --group {name}" for name in _extras(folder))
        return (
            # PDM 2.29 fails to download with hishel 2: it has no SyncSqliteStorage.
            "python -m pip install pdm 'hishel<2'",
            # By default, PDM takes the Python of a .python-version, in every job of a matrix.
            "pdm use --first python",
            f"pdm install{check}{extras}",
        )

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        return deciding_files(folder, self.locks, self.configurations)


def _extras(folder: Path) -> Iterator[str]:
    """The extras with a tool of a job. PDM refuses one that the lock file does not have."""
    extras = extras_with_tools(folder)
    locked = read_table(folder / _LOCK, "metadata").get("groups", extras)
    yield from (name for name in extras if isinstance(locked, list | tuple) and name in locked)


def _sets_variables(folder: Path) -> bool:
    """Whether `pdm run` sets environment variables of the project."""
    return bool(read_table(folder / "pyproject.toml", "tool", "pdm", "scripts", "_"))
