"""The tags of an action's repository, read by git: this needs no token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import MovedTagError, UnavailableError
from ci_kit.host.commands import Command, Completed
from ci_kit.host.machine import Host
from ci_kit.pins.releases import Release

_SERVER = "https://github.com"
_SECONDS = 60.0
_DAY = 24 * 60 * 60
_PEELED = "^{}"
_TAGS = "refs/tags/"

# A hook of git sets GIT_DIR and its like. A repository that is gone or private must not ask for a password.
_ENVIRONMENT = {
    "GIT_DIR": None,
    "GIT_INDEX_FILE": None,
    "GIT_WORK_TREE": None,
    "GIT_ASKPASS": "",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# The commit of a tag, the date of the tag, and that of the commit if the tag is an object of its own.
_COMMIT = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
_TAG = f"{_COMMIT} %(creatordate:unix) %(*committerdate:unix)"


@dataclass(frozen=True)
class Remotes:
    """Repositories on GitHub. Their objects go to an empty repository in ``folder``."""

    host: Host
    folder: Path

    def tags(self, repository: str) -> dict[str, str]:
        """The tags of ``owner/repository`` with the commits that they name. Raises UnavailableError."""
        listed = self._git(repository, "ls-remote", "--tags", f"{_SERVER}/{repository}")
        tags: dict[str, str] = {}
        for line in listed.stdout.splitlines():
            commit, _, reference = line.partition("\t")
            # The commit of an annotated tag comes on a second line, after the tag's own object.
            tags[reference.removeprefix(_TAGS).removesuffix(_PEELED)] = commit
        return tags

    def age(self, repository: str, release: Release) -> int:
        """The age of a release, in whole days: by the newer one of the dates of its tag and its commit.

        Raises UnavailableError, and MovedTagError if the tag does not name the release's commit.
        """
        reference = f"{_TAGS}{release.tag}"
        # Without the files: only the tag and its commit.
        options = ("--quiet", "--depth=1", "--filter=tree:0", "--no-tags")
        self._git(repository, "fetch", *options, f"{_SERVER}/{repository}", f"+{reference}:{reference}")
        shown = self._git(repository, "for-each-ref", f"--format={_TAG}", reference)
        commit, *dates = shown.stdout.split() or [""]
        if commit != release.commit:
            raise moved_tag(repository, release.tag, release.commit, commit)
        return max(0, int(time.time() - max(map(int, dates))) // _DAY)

    def _git(self, repository: str, *words: str) -> Completed:
        command = Command(("git", *words), _ENVIRONMENT, self.folder)
        try:
            done = self.host.ask(command, seconds=_SECONDS)
            why = done.stderr.strip()
        except UnavailableError as error:
            raise _unreadable(repository, error.what, error.todo) from error
        if not done.ok:
            raise _unreadable(repository, why or f"git {words[0]} ended with {done.code}")
        return done


@contextmanager
def open_remotes(host: Host) -> Iterator[Remotes]:
    """The repositories on GitHub, for one command. Raises UnavailableError without git."""
    with host.scratch_folder() as folder:
        made = host.ask(Command(("git", "init", "--quiet", "--bare", "."), _ENVIRONMENT, folder))
        if not made.ok:
            raise UnavailableError("git cannot make a repository", why=made.stderr.strip())
        yield Remotes(host, folder)


def moved_tag(repository: str, tag: str, expected: str, found: str) -> MovedTagError:
    """The error for a tag that names another commit than expected."""
    return MovedTagError(
        f"the tag {tag} of {repository} was moved",
        why=f"the pin is commit {expected}, and the tag now names {found}: owners rarely move the tag of a"
        " release, but an attacker does",
        todo=f"look at {_SERVER}/{repository}/compare/{expected}...{found}, and trust no newer release before"
        " you know the reason",
    )


def _unreadable(repository: str, why: str, todo: str = "") -> UnavailableError:
    return UnavailableError(
        f"cannot read the releases of {repository}",
        why="; ".join(why.splitlines()),
        todo=todo
        or f"check the network, and that {_SERVER}/{repository} is there and public; `ci-kit pins update"
        " ACTION` leaves other actions out",
    )
