"""What the machine's option files tell its server, and how to write one.

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
# The groups that servers of both products read, whatever their version.
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
class Told:
    """What the server is told by its option files, as far as ci-kit has to know it."""

    options: dict[str, str]

    @property
    def port(self) -> int:
        """Raises UnavailableError where it is none."""
        told = self.options.get("port", str(_DEFAULT_PORT))
        if not told.isdecimal():
            raise UnavailableError(
                f"the port of the machine's service is {told!r}",
                why="its option files say so: `my_print_defaults mysqld`",
                todo="mend them, or take a private server (mysql: private)",
            )
        return int(told)

    @property
    def user(self) -> str:
        """The system's user who runs the server."""
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
        """The socket of a server that is up, or the one it will have; None if nothing says where."""
        if told := self.options.get("socket"):
            return Path(told)
        return next((path for path in _USUAL_SOCKETS if os.access(path, os.W_OK)), None)


def read_told(host: Host) -> Told:
    """What the option files say, later lines over earlier ones; nothing where no program reads them out."""
    if not host.which("my_print_defaults"):
        return Told({})
    lines = host.ask(["my_print_defaults", *_GROUPS]).stdout.splitlines()
    pairs = (line.removeprefix("--").partition("=") for line in lines)
    return Told({name.replace("-", "_"): value for name, _, value in pairs})


def included_folder() -> Path | None:
    """The folder whose files the server reads last of all; None if its option files include none.

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
            todo="let everybody read it, as its package does, or take a private server (mysql: private)",
        ) from error


def option_text(lines: tuple[str, ...]) -> str:
    """An option file for a server with settings, ``name`` or ``name=value``; empty if there are none."""
    if not lines:
        return ""
    return "".join(
        f"{line}\n" for line in ("# ci-kit, while it uses this service", "[mysqld]", *map(_line, lines))
    )


def _line(setting: str) -> str:
    # In quotes, a value keeps its spaces and `#` begins no comment.
    name, equals, value = setting.partition("=")
    return f'{name}="{value.translate(_ESCAPES)}"' if equals else name
