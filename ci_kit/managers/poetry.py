"""Poetry."""

from __future__ import annotations

from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.managers.environments import python_of, runs
from ci_kit.managers.manager import Commands, Configuration
from ci_kit.managers.toml_tables import read_table

_LOCK = "poetry.lock"


class Poetry:
    """A project with a poetry.lock."""

    name = "Poetry"
    program = "poetry"
    locks = (_LOCK,)
    configurations: tuple[Configuration, ...] = ()
    # The environments next to these hold the paths of one Python.
    workspaces = False
    cache_folders = ("~/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache")

    def find(self, folder: Path, host: Host, /) -> tuple[str, ...] | None:
        if not _uses_poetry(folder):
            return None
        if python := python_of(folder / ".venv"):
            return (str(python),)
        if not host.which(self.program):
            return None
        # Started once: `poetry run` takes half a second each time.
        answer = host.ask(Command([self.program, "env", "info", "--executable"], cwd=folder))
        path = Path(answer.stdout.strip())
        if answer.ok and runs(path):
            return (str(path),)
        # Poetry installs into its own Python then, and makes no environment.
        created = host.ask(Command([self.program, "config", "virtualenvs.create"], cwd=folder))
        return (self.program, "run", "python") if created.stdout.strip() == "false" else None

    def commands(self, _folder: Path, /) -> Commands:
        return Commands(
            create="poetry install",
            complete="poetry install --all-extras",
            add="type `poetry add --group dev {words}`",
        )

    def in_environment(self, _folder: Path, /) -> str:
        return "poetry run "

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return "python -m pip install poetry", "poetry install --no-interaction"


def _uses_poetry(folder: Path) -> bool:
    return (folder / _LOCK).is_file() or bool(read_table(folder / "pyproject.toml", "tool", "poetry"))
