"""Hatch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.managers.environments import python_of
from ci_kit.managers.manager import Commands, Configuration
from ci_kit.managers.toml_tables import read_table

_DEFAULT = "default"
# An environment that only runs tests comes before the one for everything.
_CANDIDATES = ("test", "tests", _DEFAULT)
# Every project has these without a configuration; `hatch test` uses the first.
_BUILT_IN = ("hatch-test", _DEFAULT)


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
    # Hatch installs by pip, or by uv if an environment asks for it.
    workspaces = False
    cache_folders = ("~/.cache/pip", "~/.cache/uv")

    def find(self, folder: Path, host: Host, /) -> tuple[str, ...] | None:
        if not _uses_hatch(folder) or not host.which(self.program):
            return None
        if environment := _test_environment(_environments(folder)):
            # Hatch brings the environment up to date before it runs a command, and sets its variables.
            return self.program, "run", "python" if environment == _DEFAULT else f"{environment}:python"
        for name in (*_CANDIDATES[:2], *_BUILT_IN):
            if name in _environments(folder) or name in _BUILT_IN:
                # Several paths for a matrix; they need not exist.
                answer = host.ask(Command([self.program, "env", "find", name], cwd=folder))
                pythons = [python_of(Path(line)) for line in answer.stdout.split("\n") if line.strip()]
                if python := next(filter(None, pythons), None):
                    return (str(python),)
        return None

    def commands(self, folder: Path, /) -> Commands:
        environment = _environment(folder)
        create = f"hatch env create {environment}"
        return Commands(
            create, create, f"add {{names}} to the dependencies of Hatch's environment {environment}"
        )

    def in_environment(self, folder: Path, /) -> str:
        return f"hatch run {_environment(folder)}:"

    def install(self, folder: Path, /) -> tuple[str, ...]:
        return "python -m pip install hatch", f"hatch env create {_environment(folder)}"


def _environment(folder: Path) -> str:
    """The environment for the tests. As in Hatch, hatch.toml replaces the table in pyproject.toml."""
    return _test_environment(_environments(folder)) or _DEFAULT


def environments_for_tests(folder: Path) -> tuple[Mapping[str, object], ...]:
    """The tables of the environment for the tests, and of the one that it inherits from."""
    environments = _environments(folder)
    tables = (environments.get(name) for name in dict.fromkeys([_DEFAULT, _environment(folder)]))
    return tuple(table for table in tables if isinstance(table, dict))


def _environments(folder: Path) -> Mapping[str, object]:
    return read_table(folder / "hatch.toml", "envs") or _project_environments(folder / "pyproject.toml")


def _uses_hatch(folder: Path) -> bool:
    return (folder / "hatch.toml").is_file() or bool(read_table(folder / "pyproject.toml", "tool", "hatch"))


def _project_environments(file: Path) -> Mapping[str, object]:
    return read_table(file, "tool", "hatch", "envs")


def _test_environment(environments: Mapping[str, object]) -> str | None:
    for name in _CANDIDATES:
        environment = environments.get(name)
        # `hatch run` runs a command in every environment of a matrix, one after the other.
        if isinstance(environment, dict) and "matrix" not in environment:
            return name
    return None
