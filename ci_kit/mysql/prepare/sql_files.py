"""The SQL files of the setting ``init-sql``: their paths, their content, and the product they come from."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.settings.server_version import Flavour
from ci_kit.settings.settings import Settings

_SUFFIXES = (".sql", ".sql.gz")
# The client's command SOURCE and its short form (MySQL's manual, "mysql Client Commands").
_SOURCE = re.compile(
    rb"^[ \t]*(?:source[ \t]+|\\\.[ \t]*)(?P<name>[^\r\n]+?)[ \t]*;?[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_DEEPEST_SOURCE = 20
_HEADER_BYTES = 4096
# The first lines of mysqldump, mariadb-dump and phpMyAdmin. MariaDB's own mysqldump also writes "MySQL dump".
_DUMP = re.compile(rb"-- (?:MySQL|MariaDB) dump|-- Server version|/\*M!\d+\\- enable the sandbox mode")
# Collations that only one of the products has.
_ONLY_IN: dict[Flavour, re.Pattern[bytes]] = {
    "MySQL": re.compile(rb"utf8mb4_(?:[a-z]+_)*0900_"),
    "MariaDB": re.compile(rb"uca1400_"),
}


@dataclass(frozen=True)
class SqlFile:
    """An SQL file, with the files that it reads with SOURCE in place of these commands."""

    path: Path
    sql: bytes

    @property
    def dumped_from(self) -> Flavour | None:
        """The product that the file was dumped from, by its header or collations; None if unknown."""
        header = self.sql[:_HEADER_BYTES]
        if _DUMP.search(header):
            return "MariaDB" if b"MariaDB" in header or b"/*M!" in header else "MySQL"
        return next((product for product, names in _ONLY_IN.items() if names.search(self.sql)), None)


def init_files(settings: Settings) -> list[Path]:
    """The files that the setting names, with each folder replaced by its files.

    Raises UsageError for a path that does not exist or is not SQL.
    """
    found: list[Path] = []
    for name in settings.init_sql:
        path = settings.root / name
        if path.is_dir():
            files = sorted(one for one in path.iterdir() if one.is_file() and one.name.endswith(_SUFFIXES))
            if not files:
                raise _unusable(name, "the folder contains no .sql or .sql.gz file", settings)
            found += files
        elif not path.is_file():
            raise _unusable(name, "no such file or folder", settings)
        elif not path.name.endswith(_SUFFIXES):
            raise _unusable(name, "the name does not end with .sql or .sql.gz", settings)
        else:
            found.append(path)
    return found


def read_sql(path: Path, settings: Settings) -> SqlFile:
    """Read a file. Raises UsageError if it, or a file that it reads with SOURCE, cannot be read."""
    return SqlFile(path, _with_sources(path, settings, ()))


def _with_sources(path: Path, settings: Settings, above: tuple[Path, ...]) -> bytes:
    """The SQL of a file, with the content of other files in place of the client's command SOURCE.

    MySQL 9's client does not run the command by default, and a client in a container cannot read the files.
    """
    if len(above) > _DEEPEST_SOURCE:
        raise _unusable(str(above[0]), f"SOURCE leads back to {path}, or too deep", settings)

    def content(command: re.Match[bytes]) -> bytes:
        name = command["name"].decode(errors="surrogateescape")
        found = _sourced(name, path, settings)
        if found:
            return _with_sources(found, settings, (*above, path)).removesuffix(b"\n")
        if name.endswith(_SUFFIXES):
            why = f"it reads {name} with SOURCE, which exists neither in its folder nor in the project's"
            raise _unusable(str(path), why, settings)
        # A column named source at the start of a line, say.
        return command[0]

    return _SOURCE.sub(content, _read(path, settings))


def _sourced(name: str, path: Path, settings: Settings) -> Path | None:
    """The file that a SOURCE command means: relative to the file with the command, or to the project."""
    candidates = (path.parent / name, settings.root / name)
    try:
        return next((one for one in candidates if one.is_file()), None)
    except (OSError, ValueError):
        return None


def _read(path: Path, settings: Settings) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.name.endswith(".gz") else data
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unusable(str(path), f"it cannot be read: {reason}", settings) from error


def _unusable(name: str, why: str, settings: Settings) -> UsageError:
    return UsageError(
        f"cannot use the init-sql file {name}",
        why=f"{why}; it came from {settings.source('init-sql')}",
        todo="name files or folders, relative to the project's folder",
    )
