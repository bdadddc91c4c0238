"""Files and folders: how ci-kit writes, copies and removes them, and how it reports a failure."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ci_kit.errors import UnavailableError


def replace_file(path: Path, text: str, mode: int) -> None:
    """Write a file atomically: readers see the old text or the new text, never a part."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def why_unwritable(path: Path, *, is_folder: bool) -> str:
    """Why a file, or a folder of files, cannot be written at a path; empty if nothing is in the way."""
    # Path.is_dir raises PermissionError below a folder that is closed to this user.
    exists = os.path.lexists
    if exists(path) and os.path.isdir(path) != is_folder:  # noqa: PTH112
        return "a file is there" if is_folder else "a folder is there"
    # A missing folder will be made in the nearest one that exists.
    nearest = path if is_folder and exists(path) else next(one for one in path.parents if exists(one))
    if not os.path.isdir(nearest):  # noqa: PTH112
        return f"{nearest} is not a folder"
    effective = os.access in os.supports_effective_ids
    if not os.access(nearest, os.W_OK | os.X_OK, effective_ids=effective):
        return f"this user cannot write into {nearest}"
    return ""


def create_file(path: Path, text: str, mode: int) -> bool:
    """Write a file that does not exist yet; False, and no change, if something is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return True


def append_lines(path: Path, text: str) -> None:
    """Append lines. They begin on a new line, also if what is in the file does not end with one.

    A character that UTF-8 does not have, such as half of a surrogate pair, becomes a question mark.
    """
    data = text.encode(errors="replace")
    with path.open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            data = data if file.read(1) == b"\n" else b"\n" + data
        file.write(data)


def make_folder(path: Path, mode: int, owner: int | None) -> None:
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    if owner is not None:
        os.chown(path, owner, -1)


def copy_folder(source: Path, target: Path, owner: int | None) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)
    if owner is not None:
        for path in (target, *target.rglob("*")):
            os.chown(path, owner, -1)


def remove_path(path: Path) -> None:
    """Remove a file, a link, or a folder with its content, if it exists."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.lexists(path):
        path.unlink(missing_ok=True)


def rename_path(source: Path, target: Path) -> None:
    source.rename(target)


def is_own(path: Path) -> bool:
    """Whether this user made a file or folder, and no other can change it. A link is never own."""
    with suppress(OSError):
        status = path.lstat()
        changeable = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        return status.st_uid == os.geteuid() and not changeable and not stat.S_ISLNK(status.st_mode)
    return False


def describe_error(error: OSError) -> str:
    """An error in one line. A failed copy of a folder has one reason for each file: the first is enough."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return re.sub(r"^\[Errno \d+\] ", "", str(error.args[0][0][-1]))
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror or str(error)


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """An empty folder below ``root``, only for this user, until the context ends. Raises UnavailableError."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="ci-kit-scratch-", dir=root)
    except OSError as error:
        raise UnavailableError(
            f"cannot make a folder in {root}", why=describe_error(error), todo="TMPDIR sets another folder"
        ) from error
    with folder as name:
        yield Path(name)


def temporary_root(environ: Mapping[str, str]) -> Path:
    """The folder for temporary files: the job's own on a runner."""
    return Path(environ.get("RUNNER_TEMP") or tempfile.gettempdir())


def cache_root(environ: Mapping[str, str]) -> Path:
    """The user's cache folder for ci-kit, by the XDG Base Directory Specification or by CI_KIT_CACHE."""
    if own := environ.get("CI_KIT_CACHE"):
        return Path(own)
    base = Path(environ.get("XDG_CACHE_HOME", ""))
    # The specification ignores a relative path.
    return (base if base.is_absolute() else _home(environ) / ".cache") / "ci-kit"


def _home(environ: Mapping[str, str]) -> Path:
    """The user's home: of the variable, or else of the system's list of users. Raises UnavailableError."""
    home = Path(environ.get("HOME", ""))
    if home.is_absolute():
        return home
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError as error:
        raise UnavailableError(
            "this user has no home folder",
            why=f"HOME is not set, and the system has no user with the number {os.getuid()}",
            todo="set CI_KIT_CACHE to a folder of your own",
        ) from error
