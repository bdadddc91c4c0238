"""The program of a private server: mysqld or mariadbd."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.version import Version, ask_version
from ci_kit.mysql.private.apparmor import command_without_profile
from ci_kit.settings.settings import Settings

_NAMES = ("mysqld", "mariadbd")
# Debian and Ubuntu, Fedora, MySQL's own packages and archives, Homebrew on Apple silicon and on Intel. The
# stars stand for releases.
_FOLDERS = (
    "/usr/sbin",
    "/usr/libexec",
    "/usr/local/mysql/bin",
    "/usr/local/mysql-*/bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/opt/mysql*/bin",
    "/opt/mariadb*/bin",
    "/opt/homebrew/bin",
    "/opt/homebrew/opt/mysql/bin",
    "/opt/homebrew/opt/mysql@*/bin",
    "/opt/homebrew/opt/mariadb/bin",
    "/opt/homebrew/opt/mariadb@*/bin",
    "/usr/local/opt/mysql/bin",
    "/usr/local/opt/mysql@*/bin",
    "/usr/local/opt/mariadb/bin",
    "/usr/local/opt/mariadb@*/bin",
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
    """The program of the setting ``mysqld``, or the first one found that fits ``mysql-version``, or None.

    Raises UsageError if ``mysqld`` does not name an executable file, or if its version does not fit, and
    UnavailableError if the program does not report a version.
    """
    wanted = settings.mysql_version
    if settings.mysqld:
        return _named_program(host, settings)
    if wanted is None:
        path = next(_paths(host), None)
        return _with_version(host, path) if path else None
    return next((program for program in server_programs(host) if program.version.fits(wanted)), None)


def server_programs(host: Host) -> list[ServerProgram]:
    """Every program of this machine that reports its version."""
    pairs = ((path, ask_version(host, path)[0]) for path in _paths(host))
    return [ServerProgram(path, version) for path, version in pairs if version]


def require_server_program(host: Host, settings: Settings) -> ServerProgram:
    """The same program. Raises UnavailableError if none is found."""
    program = find_server_program(host, settings)
    if program:
        return program
    if settings.mysql_version:
        raise UnavailableError(
            f"no server program of this machine is {settings.mysql_version}",
            why=f"mysql-version came from {settings.source('mysql-version')}, and mysql is private",
            details=tuple(f"{found.path}: {found.version}" for found in server_programs(host)),
            todo="install that version, set mysqld to the path of its program, or change mysql-version",
        )
    raise UnavailableError(
        "this machine has no MySQL or MariaDB server",
        why="neither mysqld nor mariadbd is on the PATH or in a usual folder",
        todo="run `ci-kit mysql install` (or apt-get install mysql-server-core-8.0 on Ubuntu,"
        " mariadb-server-core mariadb-client-core on Debian, brew install mysql on macOS),"
        " or set mysqld to the path of a server program",
    )


def _named_program(host: Host, settings: Settings) -> ServerProgram:
    path = Path(host.which(settings.mysqld) or settings.root / settings.mysqld)
    if not os.access(path, os.X_OK) or path.is_dir():
        raise UsageError(
            f"{settings.mysqld} is not an executable program",
            why=f"it came from {settings.source('mysqld')}",
            todo="set mysqld to the path of a mysqld or mariadbd, or remove it",
        )
    program = _with_version(host, path)
    if not program.version.fits(settings.mysql_version):
        raise UsageError(
            f"mysqld is {program.version}, and mysql-version is {settings.mysql_version}",
            why=f"mysqld came from {settings.source('mysqld')},"
            f" mysql-version from {settings.source('mysql-version')}",
            todo="remove one of the two",
        )
    return program


def _paths(host: Host) -> Iterator[Path]:
    """The paths of server programs, each program once: on the PATH, then in the usual folders."""
    on_path = host.environ.get("PATH", os.defpath).split(os.pathsep)
    usual = [folder for pattern in _FOLDERS for folder in sorted(Path("/").glob(pattern.lstrip("/")))]
    candidates = (
        *(Path(folder, name) for name in _NAMES for folder in on_path if folder),
        *(Path(folder, name) for folder in usual for name in _NAMES),
    )
    seen: set[Path] = set()
    for path in candidates:
        if path.is_file() and os.access(path, os.X_OK) and (real := path.resolve()) not in seen:
            seen.add(real)
            yield path


def _with_version(host: Host, path: Path) -> ServerProgram:
    version, answer = ask_version(host, path)
    if version is None:
        raise UnavailableError(
            f"{path} is not a MySQL or MariaDB server, or does not run on this machine",
            why=f"`{path} --version` ended with {answer.code} and printed no version",
            details=tuple((answer.stderr or answer.stdout).splitlines()[:5]),
            todo="set mysqld to the path of a mysqld or mariadbd, or remove it",
        )
    return ServerProgram(path, version)
