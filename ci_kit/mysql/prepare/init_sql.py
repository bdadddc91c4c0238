"""SQL files that fill a new database.

A client program reads the files, because it also understands its own commands, such as DELIMITER. Without a
client program, ci-kit sends the statements to the server itself, and refuses a file that needs the client.
"""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.commands import Command, Input
from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.program import ClientProgram, client_environment
from ci_kit.mysql.client.session import Session, StatementError
from ci_kit.mysql.client.sql import identifier, statement
from ci_kit.settings.settings import Settings

_SUFFIXES = (".sql", ".sql.gz")
# A command of the client, which the server does not understand (MySQL's manual, "mysql Client Commands").
_DELIMITER = re.compile(rb"^\s*delimiter\s", re.IGNORECASE | re.MULTILINE)
_SHOWN_LINES = 5


def run_init_sql(session: Session, root: Endpoint, settings: Settings, client: ClientProgram | None) -> None:
    """Run the files of the setting ``init-sql`` in order, as root, in the run's database.

    Raises UsageError for a file that cannot be read, or if the server refuses its SQL.
    Raises UnavailableError for a file that needs a client program if there is none.
    """
    files = init_files(settings)
    if not files:
        return
    console = session.host.console
    for path in files:
        with console.progress("mysql", f"init SQL, {path.name}"):
            sql = _read(path, settings)
            if client:
                _run_in_client(session.host, client, root, settings, path, sql)
            else:
                _run_in_session(session, settings, path, sql)
    console.step("mysql", f"init SQL, {len(files)} {'file' if len(files) == 1 else 'files'}")


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


def _unusable(name: str, why: str, settings: Settings) -> UsageError:
    return UsageError(
        f"cannot use the init-sql file {name}",
        why=f"{why}; it came from {settings.source('init-sql')}",
        todo="name files or folders, relative to the project's folder",
    )


def _read(path: Path, settings: Settings) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.name.endswith(".gz") else data
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unusable(str(path), f"it cannot be read: {reason}", settings) from error


def _run_in_client(
    host: Host, client: ClientProgram, root: Endpoint, settings: Settings, path: Path, sql: bytes
) -> None:
    argv = [
        *client.command,
        "--no-defaults",
        *client.address,
        f"--user={root.user}",
        "--default-character-set=utf8mb4",
        f"--database={settings.database}",
    ]
    stdin = Input(sql, shown=f"the SQL of {path}")
    done = host.run(Command(argv, client_environment(root.password), stdin=stdin))
    if not done.ok:
        raise _refused(path, done.stderr, settings)


def _run_in_session(session: Session, settings: Settings, path: Path, sql: bytes) -> None:
    if _DELIMITER.search(sql):
        raise UnavailableError(
            f"{path} needs a client program",
            why="it contains a DELIMITER line, and this machine has no program mysql or mariadb",
            todo="install one: apt-get install default-mysql-client, or brew install mysql-client",
        )
    try:
        session.execute(statement(f"USE {identifier(settings.database)}"))
        session.execute_script(sql, shown=f"the SQL of {path}")
    except StatementError as error:
        raise _refused(path, error.why, settings) from error


def _refused(path: Path, message: str, settings: Settings) -> UsageError:
    return UsageError(
        f"the server refused the SQL of {path}",
        why=f"the file came from {settings.source('init-sql')}",
        details=tuple(message.splitlines()[-_SHOWN_LINES:]),
        todo="correct the file",
    )
