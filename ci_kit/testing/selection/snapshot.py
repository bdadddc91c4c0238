"""The files of a repository with a digest of each: what a run tested."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from ci_kit.errors import UnavailableError
from ci_kit.testing.patch.repository import Repository

# git ignores them in many projects, and they decide what the tests do.
_DECISIVE_SUFFIXES = (".py", ".so", ".pyd")
_DECISIVE_NAME = ".env"


def take_snapshot(repository: Repository, *, untracked: bool) -> Mapping[str, str]:
    """The digest of each file, by its path in the repository.

    With ``untracked``, also files that git does not track, unless it ignores them. .env files, Python files
    and compiled modules count in any case, except in folders without tracked files. The digest of a submodule
    is empty. Raises UnavailableError if git fails.
    """
    found = {
        path: digest_of(repository.top / path) for path in sorted({*_listed(repository, untracked=untracked)})
    }
    # git also lists files that are removed, until the next commit.
    return {path: digest for path, digest in found.items() if digest is not None}


def _listed(repository: Repository, *, untracked: bool) -> Iterator[str]:
    yield from _ask(repository, "--cached")
    if untracked:
        yield from _ask(repository, "--others", "--exclude-standard")
    # With --directory, git does not look into folders without tracked files, such as .venv.
    for path in _ask(repository, "--others", "--directory"):
        name = PurePosixPath(path).name
        if not path.endswith("/") and (name.endswith(_DECISIVE_SUFFIXES) or name.startswith(_DECISIVE_NAME)):
            yield path


def _ask(repository: Repository, *words: str) -> Iterator[str]:
    answer = repository.ask("ls-files", "-z", "--full-name", *words, "--", ":/")
    if not answer.ok:
        raise UnavailableError("git cannot list the files of the repository", why=answer.stderr.strip())
    yield from filter(None, answer.stdout.split("\0"))


def digest_of(path: Path) -> str | None:
    """The digest of a file; empty for a folder, and None if the file cannot be read."""
    try:
        if path.is_symlink() and not path.is_file():
            return str(path.readlink())
        if path.is_dir():
            return ""
        return hashlib.blake2b(path.read_bytes(), digest_size=8).hexdigest()
    except OSError:
        return None
