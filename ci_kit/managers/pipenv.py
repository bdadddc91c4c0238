"""Pipenv."""

from __future__ import annotations

from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.managers.deciding_files import deciding_files
from ci_kit.managers.environments import python_of, runs
from ci_kit.managers.manager import PIP_CACHE, Commands, Configuration

_PROJECT = "Pipfile"
_LOCK = "Pipfile.lock"
# The workflow's Python. For a name, and by default, Pipenv searches the machine for another version too.
_INSTALL = 'pipenv install --python "$(command -v python)" --dev'


class Pipenv:
    """A project with a Pipfile."""

    name = "Pipenv"
    program = "pipenv"
    locks = (_LOCK,)
    configurations = (Configuration(_PROJECT),)
    workspaces = False
    cache_folders = (PIP_CACHE, "~/.cache/pipenv")

    def find(self, folder: Path, host: Host, /) -> tuple[str, ...] | None:
        if not (folder / _PROJECT).is_file() and not (folder / _LOCK).is_file():
            return None
        if python := python_of(folder / ".venv"):
            return (str(python),)
        if not host.which(self.program):
            return None
        # Started once: `pipenv run` takes half a second each time.
        answer = host.ask(Command([self.program, "--py"], env={"PIPENV_VERBOSITY": "-1"}, cwd=folder))
        path = Path(answer.stdout.strip())
        if not answer.ok or not runs(path):
            return None
        # `pipenv run` sets the variables of a .env file.
        return (self.program, "run", "python") if (folder / ".env").is_file() else (str(path),)

    def commands(self, folder: Path, /) -> Commands:
        sync = "pipenv sync --dev" if (folder / _LOCK).is_file() else "pipenv install --dev"
        return Commands(create=sync, complete=sync, add="type `pipenv install --dev {words}`")

    def in_environment(self, _folder: Path, /) -> str:
        return "pipenv run "

    def install(self, folder: Path, /) -> tuple[str, ...]:
        # `--deploy` fails for a lock file that is older than the Pipfile; `pipenv sync` would accept it.
        deploy = " --deploy" if (folder / _LOCK).is_file() else ""
        return "python -m pip install pipenv", f"{_INSTALL}{deploy}"

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        return deciding_files(folder, self.locks, self.configurations)
