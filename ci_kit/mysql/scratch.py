"""A folder of its own for one private server: datadir, socket, logs."""

from __future__ import annotations

import os
import pwd
import secrets
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.host import Host
from ci_kit.settings import Settings

_MEMORY = Path("/dev/shm")  # noqa: S108  (the folder is made with a random name, for its owner alone)
_MEMORY_WANTED = 1 << 30
# sun_path has 108 bytes on Linux and 104 on macOS; "mysql.sock" and the NUL are in them.
_SOCKET_LIMIT = 103
# As root the server gives its rights up; mysql is the user that the packages make.
_UNPRIVILEGED = ("mysql", "nobody")

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

    Raises UsageError if the settings name no folder, or one whose path leaves none for a socket's name.
    """
    name = f"{PREFIX}{secrets.token_hex(4)}"
    folder = (
        _wanted_folder(settings) / name if settings.mysql_datadir else _best_folder(host, settings) / name
    )
    if _too_long(folder):
        if settings.mysql_datadir:
            raise UsageError(
                f"the path of mysql-datadir is too long: {settings.mysql_datadir}",
                why=f"a socket's path in it may have {_SOCKET_LIMIT} bytes;"
                f" it came from {settings.source('mysql-datadir')}",
                todo="choose a shorter one",
            )
        folder = Path("/tmp") / name  # noqa: S108
    if os.geteuid() != 0:
        return Scratch(folder)
    for user in _UNPRIVILEGED:
        try:
            return Scratch(folder, pwd.getpwnam(user).pw_uid, user)
        except KeyError:
            continue
    return Scratch(folder, 0, "root")


def _wanted_folder(settings: Settings) -> Path:
    folder = (settings.root / settings.mysql_datadir).resolve()
    if not folder.is_dir():
        raise UsageError(
            f"no such folder: {folder}",
            why=f"mysql-datadir came from {settings.source('mysql-datadir')}",
            todo="make it, or leave mysql-datadir out",
        )
    return folder


def _best_folder(host: Host, settings: Settings) -> Path:
    # Nothing in memory is durable.
    in_memory = not settings.durable and _has_room(_MEMORY)
    return _MEMORY if in_memory else host.temporary_root()


def _too_long(folder: Path) -> bool:
    return len(os.fsencode(folder / "mysql.sock")) > _SOCKET_LIMIT


def _has_room(folder: Path) -> bool:
    try:
        space = os.statvfs(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) and space.f_bavail * space.f_frsize >= _MEMORY_WANTED
