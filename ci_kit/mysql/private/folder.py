"""A folder of its own for one private server: datadir, socket, logs."""

from __future__ import annotations

import os
import pwd
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.settings.loading import Settings

_MEMORY = Path("/dev/shm")  # noqa: S108  (the folder is made with a random name, for its owner alone)
_MEMORY_WANTED = 1 << 30
# sun_path has 108 bytes on Linux and 104 on macOS; "mysql.sock" and the NUL are in them.
_SOCKET_LIMIT = 103
# As root the server gives its rights up; mysql is the user that the packages make.
_UNPRIVILEGED = ("mysql", "nobody")
# A server that has less room than this left, in bytes, fails for want of it.
_ROOM_NEEDED = 1 << 22
# ENOSPC is 28 on Linux and macOS; the servers write it in many ways.
_NO_ROOM_SIGNS = ("No space left", "out of disk space", "errno: 28", "Errcode: 28", "error 28")

PREFIX = "ci-kit-mysql-"


@dataclass(frozen=True)
class Scratch:
    """The folder, and the user that runs the server: None and "" where that is the current one."""

    folder: Path
    owner: int | None = None
    user: str = ""

    @property
    def token(self) -> str:
        return self.folder.name.removeprefix(PREFIX)

    @property
    def in_memory(self) -> bool:
        return self.folder.is_relative_to(_MEMORY)

    @property
    def full(self) -> bool:
        """Whether the folder is there, on a volume without room."""
        return self.folder.is_dir() and _room(self.folder) < _ROOM_NEEDED

    def reason(self, otherwise: str, log: Iterable[str] = ()) -> str:
        """Why a server failed here: for want of room, as its log may tell, or for what is known else."""
        told = any(sign in line for line in log for sign in _NO_ROOM_SIGNS)
        return f"no room is left on the volume of {self.folder}" if told or self.full else otherwise

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def socket(self) -> Path:
        return self.folder / "mysql.sock"

    @property
    def log(self) -> Path:
        return self.folder / "error.log"

    @property
    def init_file(self) -> Path:
        return self.folder / "init.sql"


def new_scratch(host: Host, settings: Settings) -> Scratch:
    """A name for a folder that does not exist yet, where the settings say or there is room.

    Raises UsageError if the settings name no folder, one whose path leaves none for a socket's name, or one
    that is closed to the user who runs the server.
    """
    name = f"{PREFIX}{secrets.token_hex(4)}"
    owner = _unprivileged() if os.geteuid() == 0 else None
    if settings.mysql_datadir:
        base = _wanted_folder(settings, owner)
    else:
        base = _best_folder(host, settings)
        if _too_long(base / name) or (owner and _closed_to(owner, base)):
            base = Path("/tmp")  # noqa: S108
    return Scratch(base / name, owner.pw_uid, owner.pw_name) if owner else Scratch(base / name)


def _unprivileged() -> pwd.struct_passwd:
    for user in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(user)
        except KeyError:
            continue
    return pwd.getpwuid(0)


def _wanted_folder(settings: Settings, owner: pwd.struct_passwd | None) -> Path:
    folder = (settings.root / settings.mysql_datadir).resolve()
    source = f"mysql-datadir came from {settings.source('mysql-datadir')}"
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}", why=source, todo="make it, or leave mysql-datadir out")
    if _too_long(folder / f"{PREFIX}01234567"):
        raise UsageError(
            f"the path of mysql-datadir is too long: {settings.mysql_datadir}",
            why=f"a socket's path in it may have {_SOCKET_LIMIT} bytes; {source}",
            todo="choose a shorter one",
        )
    if owner and (closed := _closed_to(owner, folder)):
        raise UsageError(
            f"the server cannot get to {folder}",
            why=f"root runs it as the user {owner.pw_name}, to whom {closed} is closed; {source}",
            todo=f"open it (chmod o+x {closed}), or choose another folder",
        )
    return folder


def _closed_to(user: pwd.struct_passwd, folder: Path) -> Path | None:
    """The first folder on the way that a user cannot pass; None if there is none."""
    groups = os.getgrouplist(user.pw_name, user.pw_gid)
    for place in (*reversed(folder.parents), folder):
        if not place.exists():
            return None
        found = place.stat()
        if found.st_uid == user.pw_uid:
            bit = stat.S_IXUSR
        else:
            bit = stat.S_IXGRP if found.st_gid in groups else stat.S_IXOTH
        if user.pw_uid and not found.st_mode & bit:
            return place
    return None


def _best_folder(host: Host, settings: Settings) -> Path:
    # Nothing in memory is durable.
    in_memory = not settings.durable and os.access(_MEMORY, os.W_OK) and _room(_MEMORY) >= _MEMORY_WANTED
    return _MEMORY if in_memory else host.temporary_root()


def _too_long(folder: Path) -> bool:
    return len(os.fsencode(folder / "mysql.sock")) > _SOCKET_LIMIT


def _room(folder: Path) -> int:
    """Bytes that are free on a folder's volume for others than root."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize
