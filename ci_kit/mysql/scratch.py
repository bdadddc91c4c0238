"""A folder of its own for one private server: datadir, socket, logs."""

from __future__ import annotations

import os
import pwd
import secrets
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host import Host

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


def new_scratch(host: Host) -> Scratch:
    """A name for a folder that does not exist yet: in memory where there is room, else a temporary one."""
    name = f"{PREFIX}{secrets.token_hex(4)}"
    folder = (_MEMORY if _has_room(_MEMORY) else host.temporary_root()) / name
    if len(os.fsencode(folder / "mysql.sock")) > _SOCKET_LIMIT:
        folder = Path("/tmp") / name  # noqa: S108
    if os.geteuid() != 0:
        return Scratch(folder)
    for user in _UNPRIVILEGED:
        try:
            return Scratch(folder, pwd.getpwnam(user).pw_uid, user)
        except KeyError:
            continue
    return Scratch(folder, 0, "root")


def _has_room(folder: Path) -> bool:
    try:
        space = os.statvfs(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) and space.f_bavail * space.f_frsize >= _MEMORY_WANTED
