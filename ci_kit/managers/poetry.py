"""Poetry."""

from __future__ import annotations

from pathlib import Path

from ci_kit.managers.manager import Configuration


class Poetry:
    """A project with a poetry.lock."""

    name = "Poetry"
    program = "poetry"
    locks = ("poetry.lock",)
    configurations: tuple[Configuration, ...] = ()
    named_environments = False
    # The environments next to these hold the paths of one Python.
    cache_folders = ("~/.cache/pypoetry/artifacts", "~/.cache/pypoetry/cache")

    def python(self, _folder: Path, /) -> tuple[str, ...]:
        return "poetry", "run", "python"

    def install(self, _folder: Path, /) -> tuple[str, ...]:
        return "python -m pip install poetry", "poetry install --no-interaction"
