"""The option files of the machine's server: what they set, and how to write one.

Sources: MySQL's manual, "Using Option Files"; MariaDB's, "Configuring MariaDB with Option Files".
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host

_FILES = (Path("/etc/my.cnf"), Path("/etc/mysql/my.cnf"))
# The groups that servers of both products read, in any version.
_GROUPS = ("mysqld", "server", "mariadb", "mariadbd", "client-server")
_INCLUDED = re.compile(r"^\s*!includedir\s+(\S.*?)\s*$", re.MULTILINE)
_USUAL_SOCKETS = (
    Path("/run/mysqld/mysqld.sock"),
    Path("/run/mariadbd/mysqld.sock"),
    Path("/var/lib/mysql/mysql.sock"),
    Path("/tmp/mysql.sock"),  # noqa: S108
)
_DEFAULT_PORT = 3306
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\t": "\\t", "\r": "\\r"})


@dataclass(frozen=True)
class ServiceOptions:
    """The options of the service in its option files, by name."""

    options: dict[str, str]

    @property
    def port(self) -> int:
        """The TCP port. Raises UnavailableError if the value is not a number."""
        port = self.options.get("port", str(_DEFAULT_PORT))
        if not port.isdecimal():
            raise UnavailableError(
                f"the port of the machine's service is {port!r}",
                why="its option files set that: see `my_print_defaults mysqld`",
                todo="correct them, or use a private server (mysql = private)",
            )
        return int(port)

    @property
    def user(self) -> str:
        """The system user that runs the server."""
        return self.options.get("user", "mysql")

    @property
    def pid_file(self) -> str:
        return self.options.get("pid_file", "")

    @property
    def error_log(self) -> Path | None:
        name = self.options.get("log_error")
        return Path(name) if name else None

    @property
    def socket(self) -> Path | None:
        """The socket of a running server, or the one it will have; None if it is unknown."""
        if path := self.options.get("socket"):
            return Path(path)
        return next((usual for usual in _USUAL_SOCKETS if os.access(usual, os.W_OK)), None)


def read_service_options(host: Host) -> ServiceOptions:
    """The options in the option files; a later line wins. Empty if no program prints them."""
    if not host.which("my_print_defaults"):
        return ServiceOptions({})
    lines = host.ask(["my_print_defaults", *_GROUPS]).stdout.splitlines()
    pairs = (line.removeprefix("--").partition("=") for line in lines)
    return ServiceOptions({name.replace("-", "_"): value for name, _, value in pairs})


def included_folder() -> Path | None:
    """The folder whose files the server reads last; None if its option files include no folder.

    Raises UnavailableError for a file that cannot be read.
    """
    found = [Path(name) for file in _FILES if file.is_file() for name in _INCLUDED.findall(_read(file))]
    return next((folder for folder in reversed(found) if folder.is_dir()), None)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UnavailableError(
            f"{file} cannot be read",
            why=error.strerror or str(error),
            todo="allow everybody to read it, as its package does, or use a private server (mysql = private)",
        ) from error


def option_text(lines: tuple[str, ...]) -> str:
    """An option file with lines ``name`` or ``name=value``; empty without lines."""
    if not lines:
        return ""
    return "".join(
        f"{line}\n" for line in ("# ci-kit, while it uses this service", "[mysqld]", *map(_line, lines))
    )


def _line(setting: str) -> str:
    # In quotes, a value keeps its spaces, and `#` does not begin a comment.
    name, equals, value = setting.partition("=")
    return f'{name}="{value.translate(_ESCAPES)}"' if equals else name
