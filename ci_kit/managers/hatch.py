"""Hatch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ci_kit.managers.manager import Configuration
from ci_kit.managers.toml_tables import read_table

_DEFAULT = "default"
# An environment that only runs tests comes before the one for everything.
_CANDIDATES = ("test", "tests", _DEFAULT)


class Hatch:
    """A project whose tests run in an environment of Hatch."""

    name = "Hatch"
    program = "hatch"
    locks = ()
    configurations = (
        Configuration("hatch.toml"),
        Configuration(
            "pyproject.toml", lambda file: _test_environment(_project_environments(file)) is not None
        ),
    )
    named_environments = True
    # Hatch installs by pip, or by uv if an environment asks for it.
    cache_folders = ("~/.cache/pip", "~/.cache/uv")

    def python(self, folder: Path, /) -> tuple[str, ...]:
        environment = _environment(folder)
        return "hatch", "run", "python" if environment == _DEFAULT else f"{environment}:python"

    def install(self, folder: Path, /) -> tuple[str, ...]:
        return "python -m pip install hatch", f"hatch env create {_environment(folder)}"


def _environment(folder: Path) -> str:
    """The environment for the tests. As in Hatch, hatch.toml replaces the table in pyproject.toml."""
    environments = read_table(folder / "hatch.toml", "envs") or _project_environments(
        folder / "pyproject.toml"
    )
    return _test_environment(environments) or _DEFAULT


def _project_environments(file: Path) -> Mapping[str, object]:
    return read_table(file, "tool", "hatch", "envs")


def _test_environment(environments: Mapping[str, object]) -> str | None:
    for name in _CANDIDATES:
        environment = environments.get(name)
        # `hatch run` runs a command in every environment of a matrix, one after the other.
        if isinstance(environment, dict) and "matrix" not in environment:
            return name
    return None
