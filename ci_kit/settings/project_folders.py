"""The folders that belong to a project: its own, and those above it in its repository.

A tool of one package in a repository of several keeps its files at the root: the lock file, the environment,
the settings. ci-kit looks for them in each folder on the way up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

# Without git, these files mark the root of a workspace.
_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "Pipfile")
_MARKERS = (*_LOCKS, "pyproject.toml")
_LEVELS_WITHOUT_GIT = 3
_NOBODY = -1


def project_folders(root: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders from the project's own, ``root``, up to its repository's root, the nearest first.

    The repository's root has a ``.git``. Without one, as in an image or an unpacked archive, the nearest
    folder with a lock file or a pyproject.toml counts as the root, if it is at most three levels up. The home
    folder and ``/`` never count, and a ``.git`` or marker of another user does not either: anybody can
    create one in a shared folder such as /tmp.
    """
    root = root.resolve()
    trusted = {os.geteuid(), _owner(root)} - {_NOBODY}
    folders = (root, *_above(root, environ))
    for number, folder in enumerate(folders):
        if _has(folder, (".git",), trusted):
            return folders[: number + 1]
    if _has(root, _LOCKS, trusted):
        return (root,)
    for number, folder in islice(enumerate(folders), 1, 1 + _LEVELS_WITHOUT_GIT):
        if _has(folder, _MARKERS, trusted):
            return folders[: number + 1]
    return (root,)


def _above(root: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    home = environ.get("HOME")
    end = {Path(root.anchor), *([Path(home).resolve()] if home else [])}
    for folder in root.parents:
        if folder in end:
            return
        yield folder


def _has(folder: Path, names: tuple[str, ...], trusted: set[int]) -> bool:
    return any(_owner(folder / name) in trusted for name in names)


def _owner(path: Path) -> int:
    """The user id of the owner of a path; _NOBODY if it does not exist."""
    try:
        return path.lstat().st_uid
    except OSError:
        return _NOBODY
