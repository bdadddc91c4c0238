"""The client program of MySQL or MariaDB, which runs SQL files.

The server does not understand the commands of the client, such as DELIMITER. Only the program does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ci_kit.host.commands import Env
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint

_NAMES = ("mysql", "mariadb")


@dataclass(frozen=True)
class ClientProgram:
    """A client program: the command that starts it, and its options for the address of the server."""

    command: tuple[str, ...]
    address: tuple[str, ...]


def client_program(host: Host, login: Endpoint, *, near: Path | None = None) -> ClientProgram | None:
    """A client program of this machine that reaches ``login``; None if the machine has none.

    ``near`` is the path of a server program; the client beside it is preferred.
    """
    found = find_client(host, near=near)
    if not found:
        return None
    if login.socket:
        return ClientProgram((found,), ("--host=localhost", f"--socket={login.socket}"))
    return ClientProgram((found,), ("--protocol=TCP", f"--host={login.host}", f"--port={login.port}"))


def find_client(host: Host, *, near: Path | None = None) -> str:
    """The path or name of a client program: the one near the server, or the first on the PATH; or empty."""
    folders = (near.parent, near.parent.parent / "bin") if near else ()
    candidates = (str(folder / name) for folder in folders for name in _NAMES)
    own = next((path for path in candidates if os.access(path, os.X_OK)), "")
    return own or next((name for name in _NAMES if host.which(name)), "")


def client_environment(password: str) -> Env:
    """The environment for a client program. It contains the password, because no process list shows it.

    An option file cannot contain every password. The user's own variables and login file may name another
    server or password, so they are turned off. ``--no-defaults`` does not turn the login file off (MySQL's
    manual, "mysql_config_editor").
    """
    unset = dict.fromkeys(("MYSQL_HOST", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT"))
    return {**unset, "MYSQL_PWD": password, "MYSQL_TEST_LOGIN_FILE": "/nonexistent"}
