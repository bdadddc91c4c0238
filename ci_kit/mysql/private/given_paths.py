"""The paths that a project gives a private server: its Unix socket, and the files of TLS.

They are checked before the server starts.
"""

from __future__ import annotations

import os
import pwd
import socket
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.config.server_options import project_options
from ci_kit.mysql.private.permissions import closed_to, may
from ci_kit.settings.my_cnf import PATH_OPTIONS, option_name, option_value
from ci_kit.settings.settings import Settings

SOCKET_LIMIT = 107 if sys.platform == "linux" else 103
"""The longest path of a socket, in bytes: ``sun_path`` has room for one more, a NUL."""


def require_socket_path(
    path: Path, settings: Settings, user: pwd.struct_passwd | None, recorded: Collection[str]
) -> None:
    """Check the path of the setting ``mysql-socket``; ``user`` runs the server.

    ``recorded`` are the sockets of the servers that ci-kit has started.

    Raises UsageError for a path at which no socket can be, and UnavailableError if a server uses it.
    """
    if why := _no_place(path, user):
        raise UsageError(
            f"the server cannot make the socket {path}",
            why=f"{why}; mysql-socket came from {settings.source('mysql-socket')}",
            todo="choose another path, or remove mysql-socket",
        )
    if str(path) in recorded or _answers(path):
        raise UnavailableError(
            f"another server uses the socket {path}",
            why=f"mysql-socket came from {settings.source('mysql-socket')}",
            todo="end that server (`ci-kit mysql down` for one of ci-kit), or choose another path",
        )


def remove_socket(host: Host, path: Path, *, just_killed: bool = False) -> None:
    """Remove the socket of a server that has ended, and MySQL's lock file, which has its process id.

    If a server answers, it is another one, unless the server was ``just_killed``: the kernel closes its
    socket a moment later.
    """
    if _answers(path) and not just_killed:
        return
    if path.is_socket():
        host.remove(path)
    lock = path.with_name(f"{path.name}.lock")
    with suppress(OSError):
        if lock.read_bytes().strip().isdigit():
            host.remove(lock)


def require_option_files(settings: Settings, user: pwd.struct_passwd | None) -> None:
    """Raise UsageError for a path in ``mysql-settings`` that the server cannot read."""
    for line in project_options(settings):
        path = Path(option_value(line))
        if option_name(line) not in PATH_OPTIONS or not option_value(line):
            continue
        closed = closed_to(user, path.parent)
        if closed or not path.exists() or not may(user, path, os.R_OK):
            reader = f"the user {user.pw_name}" if user else "the server"
            raise UsageError(
                f"{'cannot read' if closed or path.exists() else 'no such file:'} {path}",
                why=f"{option_name(line)} came from {settings.source('mysql-settings')};"
                f" {reader} must be able to read the file",
                todo="correct the path, which is relative to the project's folder, or the permissions",
            )


def _no_place(path: Path, user: pwd.struct_passwd | None) -> str:
    """Why no socket can be at a path; empty if one can."""
    length = len(os.fsencode(path))
    if length > SOCKET_LIMIT:
        return f"the path has {length} bytes, and {SOCKET_LIMIT} are allowed"
    if not path.parent.is_dir():
        return f"no such folder: {path.parent}"
    if os.path.lexists(path) and not path.is_socket():
        return "a file of that name is there, and it is not a socket"
    if closed_to(user, path.parent) or not may(user, path.parent, os.W_OK):
        return f"{f'the user {user.pw_name}' if user else 'this user'} cannot write into {path.parent}"
    return ""


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
