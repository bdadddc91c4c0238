"""The words of a command without what stands before the program: ``sudo``, ``poetry run`` and their like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from ci_kit.adopt.script.commands import Redirect, Simple, Word
from ci_kit.adopt.values import Scope

_SUDO_WITH_VALUE = frozenset({"-u", "-g", "-h", "-p"})
_RUNNERS = frozenset({"poetry", "uv", "pipenv", "pdm", "hatch", "rye"})
_RUN_OPTIONS = frozenset({"--frozen", "--locked", "--no-sync", "-q", "--quiet", "--no-interaction", "--"})
_PYTHON = re.compile(r"python(?:3(?:\.\d+)?)?")


@dataclass(frozen=True)
class Argv:
    """A program with its words. A word is None if only the shell knows its value.

    ``runner`` is the package manager that starts it; ``module`` means ``python -m``, and ``words`` begin with
    the module then.
    """

    words: tuple[str | None, ...]
    sources: tuple[Word, ...]
    redirects: tuple[Redirect, ...] = ()
    runner: str = ""
    sudo: bool = False
    module: bool = False
    set_before: bool = False

    @property
    def program(self) -> str:
        """The name of the program without its folder; empty if it is not known."""
        return PurePosixPath(self.words[0] or "").name if self.words else ""

    @property
    def arguments(self) -> tuple[str | None, ...]:
        return self.words[1:]

    @property
    def known(self) -> tuple[str, ...]:
        """The arguments whose values are known."""
        return tuple(word for word in self.arguments if word is not None)

    @property
    def all_known(self) -> bool:
        """Whether every word has a known value, and is not a pattern for names of files."""
        return None not in self.words and not any(word.is_pattern for word in self.sources[1:])

    @property
    def output(self) -> str | None:
        """The file that standard output goes to; empty if it goes nowhere else."""
        to = [one for one in self.redirects if one.operator in {">", ">>", "&>", ">|", "&>>"}]
        files = [one.target.plain for one in to if one.descriptor in {"", "1"}]
        return next((file for file in files if file != "/dev/null"), "")


def argv_of(command: Simple, scope: Scope) -> Argv:
    """The program that a command starts, and its words."""
    words = [scope.word(word) for word in command.words]
    sources = list(command.words)

    def drop(count: int) -> None:
        del words[:count], sources[:count]

    sudo = False
    while words and words[0] in {"sudo", "command", "exec", "env", "nice", "time"}:
        sudo = sudo or words[0] == "sudo"
        drop(1)
        while words and (words[0] or "").startswith("-"):
            drop(2 if words[0] in _SUDO_WITH_VALUE else 1)
    set_before = bool(command.assignments)
    while words and "=" in (words[0] or "") and (words[0] or "=").partition("=")[0].isidentifier():
        set_before = True
        drop(1)
    runner = ""
    if len(words) > 1 and words[0] in _RUNNERS and words[1] == "run":
        runner = str(words[0])
        drop(2)
        while words and words[0] in _RUN_OPTIONS:
            drop(1)
    is_python = bool(words) and bool(_PYTHON.fullmatch(PurePosixPath(words[0] or "").name))
    # Only so: Python's own options before -m change how the tests run.
    module = is_python and words[1:2] == ["-m"]
    if module:
        drop(2)
    return Argv(tuple(words), tuple(sources), command.redirects, runner, sudo, module, set_before)
