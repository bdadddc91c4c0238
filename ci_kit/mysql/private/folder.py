"""The folder of one private server: datadir, socket, log."""

from __future__ import annotations

import os
import pwd
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.private.given_paths import SOCKET_LIMIT
from ci_kit.mysql.private.permissions import closed_to, server_user
from ci_kit.mysql.records.record import NAME_PREFIX, own_name
from ci_kit.settings.settings import Settings

_MEMORY = Path("/dev/shm")  # noqa: S108  (the folder is made with a random name, for its owner alone)
_MEMORY_WANTED = 1 << 30
# With less free space than this, in bytes, a server fails.
_ROOM_NEEDED = 1 << 22
# The servers report ENOSPC, which is 28 on Linux and macOS, in several ways.
_NO_ROOM_SIGNS = ("No space left", "out of disk space", "errno: 28", "Errcode: 28", "error 28")


@dataclass(frozen=True)
class ServerFolder:
    """The folder, and the user that runs the server: None and "" for the current user."""

    path: Path
    owner: int | None = None
    user: str = ""

    @property
    def token(self) -> str:
        return self.path.name.removeprefix(NAME_PREFIX)

    @property
    def in_memory(self) -> bool:
        return self.path.is_relative_to(_MEMORY)

    @property
    def full(self) -> bool:
        """Whether the folder exists, on a volume without free space."""
        return self.path.is_dir() and _room(self.path) < _ROOM_NEEDED

    def failure_reason(self, otherwise: str, log: Iterable[str] = ()) -> str:
        """Why a server failed here: a full volume, as its log or the volume shows, or ``otherwise``."""
        reported = any(sign in line for line in log for sign in _NO_ROOM_SIGNS)
        return f"no space is left on the volume of {self.path}" if reported or self.full else otherwise

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def temporary(self) -> Path:
        return self.path / "tmp"

    @property
    def files(self) -> Path:
        """The folder for secure_file_priv: the server reads and writes other files only there."""
        return self.path / "files"

    @property
    def socket(self) -> Path:
        return self.path / "mysql.sock"

    @property
    def log(self) -> Path:
        return self.path / "error.log"

    @property
    def init_file(self) -> Path:
        return self.path / "init.sql"


def new_server_folder(host: Host, settings: Settings) -> ServerFolder:
    """A folder with a new name, not made yet: in ``mysql-datadir``, in memory, or in the temporary folder.

    Raises UsageError if ``mysql-datadir`` is not a folder, has a path too long for a socket, or cannot be
    entered by the user that runs the server.
    """
    name = own_name(secrets.token_hex(4))
    owner = server_user()
    if settings.mysql_datadir:
        base = _wanted_folder(settings, owner)
    else:
        base = _best_folder(host, settings)
        if _too_long(base / name) or (owner and closed_to(owner, base)):
            base = Path("/tmp")  # noqa: S108
    return ServerFolder(base / name, owner.pw_uid, owner.pw_name) if owner else ServerFolder(base / name)


def _wanted_folder(settings: Settings, owner: pwd.struct_passwd | None) -> Path:
    folder = (settings.root / settings.mysql_datadir).resolve()
    source = f"mysql-datadir came from {settings.source('mysql-datadir')}"
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}", why=source, todo="create it, or remove mysql-datadir")
    if _too_long(folder / own_name("01234567")):
        raise UsageError(
            f"the path of mysql-datadir is too long: {settings.mysql_datadir}",
            why=f"the path of a socket in it may have {SOCKET_LIMIT} bytes; {source}",
            todo="choose a shorter one",
        )
    if owner and (closed := closed_to(owner, folder)):
        raise UsageError(
            f"the server cannot enter {folder}",
            why=f"it runs as the user {owner.pw_name}, who cannot enter {closed}; {source}",
            todo=f"allow it (chmod o+x {closed}), or choose another folder",
        )
    return folder


def _best_folder(host: Host, settings: Settings) -> Path:
    # Data in memory is lost in a power cut, and ``durable`` rules that out.
    in_memory = not settings.durable and os.access(_MEMORY, os.W_OK) and _room(_MEMORY) >= _MEMORY_WANTED
    return _MEMORY if in_memory else host.temporary_root()


def _too_long(folder: Path) -> bool:
    return len(os.fsencode(folder / "mysql.sock")) > SOCKET_LIMIT


def _room(folder: Path) -> int:
    """The free bytes on the volume of a folder, for users other than root."""
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize
