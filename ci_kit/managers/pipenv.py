"""Pipenv."""

from __future__ import annotations

from pathlib import Path

from ci_kit.managers.manager import Configuration

_LOCK = "Pipfile.lock"
# The workflow's Python. For a name, and by default, Pipenv searches the machine for another version too.
_INSTALL = 'pipenv install --python "$(command -v python)" --dev'


class Pipenv:
    """A project with a Pipfile."""

    name = "Pipenv"
    program = "pipenv"
    locks = (_LOCK,)
    configurations = (Configuration("Pipfile"),)
    named_environments = False
    cache_folders = ("~/.cache/pipenv",)

    def python(self, _folder: Path, /) -> tuple[str, ...]:
        return "pipenv", "run", "python"

    def install(self, folder: Path, /) -> tuple[str, ...]:
        # `--deploy` fails for a lock file that is older than the Pipfile; `pipenv sync` would accept it.
        deploy = " --deploy" if (folder / _LOCK).is_file() else ""
        return "python -m pip install pipenv", f"{_INSTALL}{deploy}"
