"""Hatch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.managers.deciding_files import deciding_files
from ci_kit.managers.environments import python_of
from ci_kit.managers.manager import PIP_CACHE, Commands, Configuration
from ci_kit.managers.toml_tables import read_table

_DEFAULT = "default"
# An environment that only runs tests comes before the one for everything.
_CANDIDATES = ("test", "tests", _DEFAULT)
# `hatch test` has an environment for each Python. This is the one for the workflow's Python.
_OWN = "hatch-test"
_OF_WORKFLOW = "\"hatch-test.py$(python -c 'import sysconfig; print(sysconfig.get_python_version())')\""
# Every project has these without a configuration; `hatch test` uses the first.
_BUILT_IN = (_OWN, _DEFAULT)


class Hatch:
    """A project whose tests run in an environment of Hatch."""

    name = "Hatch"
    program = "hatch"
    locks = ()
    configurations = (
        Configuration("hatch.toml"),
        Configuration(
            "pyproject.toml",
            lambda file: _for_workflow(_project_environments(file)) is not None,
        ),
    )
    # Hatch installs by pip, or by uv if an environment asks for it.
    workspaces = False
    cache_folders = (PIP_CACHE, "~/.cache/uv")

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

    def in_environment(self, folder: Path, /) -> str | None:
        environment = _environment(folder)
        return None if environment == _OF_WORKFLOW else f"hatch run {environment}:"

    def install(self, folder: Path, /) -> tuple[str, ...]:
        return "python -m pip install hatch", f"hatch env create {_environment(folder)}"

    def deciding_files(self, folder: Path, /) -> tuple[str, ...]:
        return deciding_files(folder, self.locks, self.configurations)


def _environment(folder: Path) -> str:
    """The environment for the tests. As in Hatch, hatch.toml replaces the table in pyproject.toml."""
    return _for_workflow(_environments(folder)) or _DEFAULT


def environments_for_tests(folder: Path) -> tuple[Mapping[str, object], ...]:
    """The tables of the environment for the tests, and of the one that it inherits from."""
    environments = _environments(folder)
    tests = _test_environment(environments) or _OWN
    tables = (environments.get(name) for name in dict.fromkeys([_DEFAULT, tests]))
    return tuple(table for table in tables if isinstance(table, dict))


def _environments(folder: Path) -> Mapping[str, object]:
    return read_table(folder / "hatch.toml", "envs") or _project_environments(folder / "pyproject.toml")


def _uses_hatch(folder: Path) -> bool:
    return (folder / "hatch.toml").is_file() or bool(read_table(folder / "pyproject.toml", "tool", "hatch"))


def _project_environments(file: Path) -> Mapping[str, object]:
    return read_table(file, "tool", "hatch", "envs")


def _for_workflow(environments: Mapping[str, object]) -> str | None:
    """The environment for the tests, as a word of the shell."""
    own = environments.get(_OWN)
    # The names of the environments of the project's own matrix may have more parts than the Python.
    has_own = isinstance(own, dict) and "matrix" not in own
    return _test_environment(environments) or (_OF_WORKFLOW if has_own else None)


def _test_environment(environments: Mapping[str, object]) -> str | None:
    for name in _CANDIDATES:
        environment = environments.get(name)
        # `hatch run` runs a command in every environment of a matrix, one after the other.
        if isinstance(environment, dict) and "matrix" not in environment:
            return name
    return None
