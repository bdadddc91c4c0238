"""The files of a repository, and the place in a file that a fact comes from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from ci_kit.host.commands import Command
from ci_kit.host.machine import Host

# In bytes: longer files are data.
_LARGEST = 1_000_000
_SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "build", "dist", "docs", "examples"})


@dataclass(frozen=True, order=True)
class Place:
    """A file, relative to the repository, and a line from 1; 0 means the whole file."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        shown = self.file if self.file.isprintable() else repr(self.file)
        return f"{shown} line {self.line}" if self.line else shown


@dataclass(frozen=True)
class Repository:
    """A repository, or a folder without git. ``files`` are relative to ``root``.

    Files that git ignores are not among them.
    """

    root: Path
    files: tuple[str, ...]
    is_git: bool
    _texts: dict[str, str] = field(default_factory=dict, compare=False)

    def text(self, name: str) -> str:
        """The text of a file; empty if it cannot be read, is very long, or leads out of the repository."""
        if name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts[name]

    def named(self, pattern: str, folder: PurePosixPath) -> Iterator[str]:
        """The files below a folder whose own name fits a regular expression."""
        compiled = re.compile(pattern)
        prefix = "" if folder == PurePosixPath() else f"{folder}/"
        for name in self.files:
            if name.startswith(prefix) and compiled.fullmatch(name.rpartition("/")[2]):
                yield name

    def place_of(self, name: str, part: str) -> Place:
        """The first line of a file that contains a text; the file if no line does."""
        before, found, _ = self.text(name).partition(part)
        return Place(name, before.count("\n") + 1 if found else 0)

    def place_at(self, name: str, position: int) -> Place:
        """The line of a character of a file."""
        return Place(name, self.text(name).count("\n", 0, position) + 1)

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """The Python files."""
        return tuple(name for name in self.files if name.endswith(".py"))

    def _read(self, name: str) -> str:
        path = self.root / name
        try:
            inside = path.resolve().is_relative_to(self.root.resolve())
            if inside and path.is_file() and path.stat().st_size <= _LARGEST:
                return path.read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            pass
        return ""


def open_repository(start: Path, host: Host) -> Repository:
    """The repository around the folder ``start``; without git, the folder itself."""
    root = next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)
    listed = _listed_by_git(root, host) if root else None
    names = _walked(root or start) if listed is None else listed
    files = tuple(sorted(name for name in names if _counts(name)))
    return Repository(root or start, files, root is not None)


def _listed_by_git(root: Path, host: Host) -> list[str] | None:
    if not host.which("git"):
        return None
    words = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    done = host.ask(Command(words, cwd=root))
    # git refuses a repository of another user.
    return [name for name in done.stdout.split("\0") if name] if done.ok else None


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if (not name.startswith(".") or name == ".github")
            and not Path(folder, name, "pyvenv.cfg").exists()
        ]
        for name in files:
            yield Path(folder, name).relative_to(root).as_posix()


def _counts(name: str) -> bool:
    return _SKIPPED.isdisjoint(name.split("/")[:-1])
