"""The git repository of a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.commands import Command, Completed
from ci_kit.host.machine import Host

_SECONDS = 60.0
# git asks for no password, and shows a difference only by the options of its command line.
_ENV = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_DIFF_OPTS": None, "LC_ALL": "C"}


@dataclass(frozen=True)
class Repository:
    """The repository that contains ``folder``. ``top`` is the folder of its files.

    ``head`` is the commit that is checked out. A ``shallow`` repository has only the last commits.
    """

    host: Host
    folder: Path
    top: Path
    head: str
    shallow: bool

    def ask(self, *words: str) -> Completed:
        """The answer of a git command that changes nothing. Raises UnavailableError if it takes too long."""
        return self.host.ask(_git(self.folder, words), seconds=_SECONDS)

    def line(self, *words: str) -> str:
        """The line that a git command prints; empty if the command fails."""
        answer = self.ask(*words)
        return answer.stdout.rstrip("\n") if answer.ok else ""

    def fetch(self, *words: str) -> Completed:
        """Fetch from the remote repository ``origin``. Raises UnavailableError if it takes too long."""
        fetch = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules")
        return self.host.run(_git(self.folder, (*fetch, *words)), seconds=_SECONDS)


def find_repository(host: Host, folder: Path) -> Repository | None:
    """The repository that contains a folder. None without one, without git, or without a commit."""
    if not host.which("git"):
        return None
    questions = ("rev-parse", "--show-toplevel", "--is-shallow-repository", "--verify", "HEAD")
    answer = host.ask(_git(folder, questions), seconds=_SECONDS)
    if not answer.ok:
        return None
    *top, shallow, head = answer.stdout.splitlines()
    return Repository(host, folder, Path("\n".join(top)), head, shallow == "true")


def _git(folder: Path, words: tuple[str, ...]) -> Command:
    return Command(["git", *words], env=_ENV, cwd=folder)
