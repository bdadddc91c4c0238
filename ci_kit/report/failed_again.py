"""The command that runs only the failed tests of a run again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from ci_kit.testing.commands import TestCommand
from ci_kit.testing.results import Failure, Results

# More of them make a command that nobody reads.
_MOST_TESTS = 5
_LAST_FAILED = {"--lf", "--last-failed"}


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
    typed = replace(typed, own=_without_shard(typed.own))
    if results is None or not results.failures or [command.kind for command in commands] != ["pytest"]:
        return ()
    if results.remembers_failures and not elsewhere:
        given = _LAST_FAILED & set(typed.for_pytest)
        return (*typed.own, "--", *typed.for_pytest, *(() if given else ("--lf",)))
    tests = _few(_word(failure, root) for failure in results.failures)
    files = _few(_file(failure, root) for failure in results.failures)
    return (*typed.own, "--", *(tests or files)) if tests or files else ()


def _without_shard(words: Sequence[str]) -> tuple[str, ...]:
    """The words without the flag --shard: the failed tests alone would be split anew."""
    kept: list[str] = []
    for word in words:
        if kept and kept[-1] == "--shard":
            kept.pop()
        elif not word.startswith("--shard="):
            kept.append(word)
    return tuple(kept)


def safe_again(words: Sequence[str]) -> tuple[str, ...]:
    """The command in a document; empty if it may do more than run tests of this repository.

    A document may be of another person, and a reader pastes the command into a shell.
    """
    own, tests = _split_at_dashes(words)
    folders = own[3:] if own[2:3] == ("-C",) else ()
    known = own[:2] == ("ci-kit", "run") and len(own) == (4 if folders else 2)
    chosen = [word for word in tests if word not in _LAST_FAILED]
    return tuple(words) if known and all(map(_is_inside, (*folders, *chosen))) else ()


def _split_at_dashes(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    end = words.index("--") if "--" in words else len(words)
    return tuple(words[:end]), tuple(words[end + 1 :])


def _is_inside(word: str) -> bool:
    """Whether a word can only be a path in this folder, or the id of a test in it."""
    path = PurePath(word.partition("::")[0])
    return (
        word.isprintable() and word[:1] not in ("", "-") and not path.is_absolute() and ".." not in path.parts
    )


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
