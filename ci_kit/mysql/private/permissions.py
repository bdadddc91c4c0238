"""What the user that runs a private server may do with files and folders.

A server that root starts runs as another user. In all functions, None stands for the user of this process.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

# The packages make the user mysql.
_UNPRIVILEGED = ("mysql", "nobody")


def server_user() -> pwd.struct_passwd | None:
    """The user that runs the server."""
    if os.geteuid():
        return None
    for user in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(user)
        except KeyError:
            continue
    return pwd.getpwuid(0)


def may(user: pwd.struct_passwd | None, path: Path, permission: int) -> bool:
    """Whether a user has a permission for an existing path: ``os.R_OK``, ``os.W_OK`` or ``os.X_OK``."""
    if user is None:
        return os.access(path, permission)
    found = path.stat()
    if found.st_uid == user.pw_uid:
        mode = found.st_mode >> 6
    elif found.st_gid in os.getgrouplist(user.pw_name, user.pw_gid):
        mode = found.st_mode >> 3
    else:
        mode = found.st_mode
    return not user.pw_uid or bool(mode & permission)


def closed_to(user: pwd.struct_passwd | None, folder: Path) -> Path | None:
    """The first folder on the path that a user cannot enter; None if the user can enter all of them."""
    for place in (*reversed(folder.parents), folder):
        if not place.exists():
            return None
        if not may(user, place, os.X_OK):
            return place
    return None
