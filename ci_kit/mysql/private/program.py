"""The program of a private server: mysqld or mariadbd."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.version import Version, parse_version
from ci_kit.mysql.private.apparmor import command_without_profile
from ci_kit.settings.settings import Settings

_NAMES = ("mysqld", "mariadbd")
# Debian and Ubuntu, Fedora, MySQL's own packages, Homebrew on Apple silicon and on Intel.
_FOLDERS = (
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/mysql/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/opt/homebrew/opt/mysql/bin",
    "/opt/homebrew/opt/mysql@8.4/bin",
    "/opt/homebrew/opt/mysql@8.0/bin",
    "/opt/homebrew/opt/mariadb/bin",
    "/usr/local/opt/mysql/bin",
    "/usr/local/opt/mariadb/bin",
)


@dataclass(frozen=True)
class ServerProgram:
    """A mysqld or mariadbd, and its version."""

    path: Path
    version: Version

    @property
    def command(self) -> list[str]:
        """The beginning of a command that runs it; the server's options follow."""
        return command_without_profile(self.path)

    @property
    def installer(self) -> Path:
        """MariaDB's ``mariadb-install-db``, beside the server or in the ``bin`` folder next to its folder."""
        return next(
            (
                path
                for folder in (self.path.parent, self.path.parent.parent / "bin")
                for name in ("mariadb-install-db", "mysql_install_db")
                if os.access(path := folder / name, os.X_OK)
            ),
            Path("mariadb-install-db"),
        )


def find_server_program(host: Host, settings: Settings) -> ServerProgram | None:
    """The program that the setting ``mysqld`` names, or the first one found; None if none is found.

    Raises UsageError if the setting does not name an executable file, and UnavailableError if the program
    does not report a version.
    """
    if settings.mysqld:
        path = Path(host.which(settings.mysqld) or settings.root / settings.mysqld)
        if not os.access(path, os.X_OK) or path.is_dir():
            raise UsageError(
                f"{settings.mysqld} is not an executable program",
                why=f"it came from {settings.source('mysqld')}",
                todo="set mysqld to the path of a mysqld or mariadbd, or remove it",
            )
        return _with_version(host, path)
    found = [name for name in _NAMES if host.which(name)]
    if found:
        return _with_version(host, Path(host.which(found[0]) or found[0]))
    paths = (Path(folder, name) for folder in _FOLDERS for name in _NAMES)
    usable = next((path for path in paths if os.access(path, os.X_OK)), None)
    return _with_version(host, usable) if usable else None


def require_server_program(host: Host, settings: Settings) -> ServerProgram:
    """The same program. Raises UnavailableError if none is found."""
    program = find_server_program(host, settings)
    if program is None:
        raise UnavailableError(
            "this machine has no MySQL or MariaDB server",
            why="neither mysqld nor mariadbd is on the PATH or in a usual folder",
            todo="run `ci-kit mysql install` (or apt-get install mysql-server-core-8.0 on Ubuntu,"
            " mariadb-server-core mariadb-client-core on Debian, brew install mysql on macOS),"
            " or set mysqld to the path of a server program",
        )
    return program


def _with_version(host: Host, path: Path) -> ServerProgram:
    answer = host.ask([str(path), "--version"])
    version = parse_version(_after_ver(answer.stdout))
    if not answer.ok or version is None:
        raise UnavailableError(
            f"{path} is not a MySQL or MariaDB server, or does not run on this machine",
            why=f"`{path} --version` ended with {answer.code} and printed no version",
            details=tuple((answer.stderr or answer.stdout).splitlines()[:5]),
            todo="set mysqld to the path of a mysqld or mariadbd, or remove it",
        )
    return ServerProgram(path, version)


def _after_ver(line: str) -> str:
    # The path before it may contain digits: ".../mysql-9.7/bin/mysqld  Ver 9.7.4 for Linux".
    return line.partition("  Ver ")[2]
