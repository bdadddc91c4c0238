"""The command that runs only the failed tests of a run again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.testing.commands import TestCommand
from ci_kit.testing.results import Failure, Results

# More of them make a command that nobody reads.
_MOST_TESTS = 5


@dataclass(frozen=True)
class CommandLine:
    """The words of a command: ci-kit's own, and those for pytest after ``--``."""

    own: tuple[str, ...] = ("ci-kit", "run")
    for_pytest: tuple[str, ...] = ()


def failed_again(
    typed: CommandLine,
    results: Results | None,
    commands: Sequence[TestCommand],
    *,
    root: Path,
    elsewhere: bool,
) -> tuple[str, ...]:
    """The words of the command; empty if there is none.

    ``root`` is the project's folder. ``elsewhere`` means that the command is for another machine, which does
    not have pytest's cache of this run.
    """
    if results is None or not results.failures or [command.kind for command in commands] != ["pytest"]:
        return ()
    if results.remembers_failures and not elsewhere:
        given = {"--lf", "--last-failed"} & set(typed.for_pytest)
        return (*typed.own, "--", *typed.for_pytest, *(() if given else ("--lf",)))
    tests = _few(_word(failure, root) for failure in results.failures)
    files = _few(_file(failure, root) for failure in results.failures)
    return (*typed.own, "--", *(tests or files)) if tests or files else ()


def _few(words: Iterator[str]) -> tuple[str, ...]:
    """The words, each once; empty if they are too many, or if one is unknown."""
    found: dict[str, None] = {}
    for word in words:
        found[word] = None
        if not word or len(found) > _MOST_TESTS:
            return ()
    return tuple(found)


def _word(failure: Failure, root: Path) -> str:
    """The argument for pytest that chooses a failed test, or its file."""
    file = _file(failure, root)
    _, separator, name = (failure.test or failure.node).partition("::")
    return file + separator + name if file and name.isprintable() else file


def _file(failure: Failure, root: Path) -> str:
    # pytest's ids start at its rootdir, which may be another folder than the one where it starts.
    inside = Path(failure.path).is_relative_to(root) and failure.path.isprintable()
    return os.path.relpath(failure.path, root) if failure.path and inside else ""
