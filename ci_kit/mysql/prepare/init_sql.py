"""SQL files that fill a database just created.

The server's own client program reads them as it reads any script, DELIMITER included. Where there is none,
the server is given a file's statements as they are, and a file that needs the client is refused.
"""

from __future__ import annotations

import gzip
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.host.processes import Env
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.session import Session, StatementError
from ci_kit.mysql.client.sql import identifier, statement
from ci_kit.settings.loading import Settings

_SUFFIXES = (".sql", ".sql.gz")
_CLIENTS = ("mysql", "mariadb")
# A command of the client, which the server does not know (MySQL's manual, "mysql Client Commands").
_DELIMITER = re.compile(rb"^\s*delimiter\s", re.IGNORECASE | re.MULTILINE)
_TELLING_LINES = 5


@dataclass(frozen=True)
class Client:
    """A client program: the command that starts it, and its flags for where the server is."""

    command: tuple[str, ...]
    place: tuple[str, ...]


def run_init_sql(
    host: Host,
    session: Session,
    root: Endpoint,
    settings: Settings,
    *,
    beside: Path | None = None,
    lent: Client | None = None,
) -> None:
    """Carry the files of the setting ``init-sql`` out, in order, as root and in the run's database.

    ``beside`` is the server's program, whose own client is preferred; ``lent`` is a client for where this
    machine has none. Raises UsageError for a file that cannot be read or whose SQL the server refuses.
    """
    files = init_files(settings)
    if not files:
        return
    found = find_client(host, beside)
    client = Client((found,), _place(root)) if found else lent
    for path in files:
        with host.console.progress("mysql", f"init SQL, {path.name}"):
            sql = _read(path, settings)
            if client:
                _run_client(host, client, root, settings, path, sql)
            else:
                _run_session(session, settings, path, sql)
    host.console.step("mysql", f"init SQL, {len(files)} {'file' if len(files) == 1 else 'files'}")


def init_files(settings: Settings) -> list[Path]:
    """The files of the setting, folders opened. Raises UsageError for what is not there or no SQL."""
    found: list[Path] = []
    for name in settings.init_sql:
        path = settings.root / name
        if path.is_dir():
            files = sorted(one for one in path.iterdir() if one.is_file() and one.name.endswith(_SUFFIXES))
            if not files:
                raise _unusable(name, "the folder has no .sql or .sql.gz file", settings)
            found += files
        elif not path.is_file():
            raise _unusable(name, "there is no such file or folder", settings)
        elif not path.name.endswith(_SUFFIXES):
            raise _unusable(name, "its name ends neither with .sql nor with .sql.gz", settings)
        else:
            found.append(path)
    return found


def find_client(host: Host, beside: Path | None) -> str:
    """A client program: the one that came with the server, or the first on the PATH; empty if none is."""
    folders = (beside.parent, beside.parent.parent / "bin") if beside else ()
    near = (str(folder / name) for folder in folders for name in _CLIENTS)
    own = next((path for path in near if os.access(path, os.X_OK)), "")
    return own or next((name for name in _CLIENTS if host.which(name)), "")


def _unusable(name: str, why: str, settings: Settings) -> UsageError:
    return UsageError(
        f"init-sql is not usable: {name}",
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


def client_environment(password: str) -> Env:
    """The variables for a client program, by which no process list shows the password.

    No file of options could hold every one. The user's own variables and login file, which ``--no-defaults``
    does not cover (MySQL's manual, "mysql_config_editor"), name another server and another password.
    """
    foreign = dict.fromkeys(("MYSQL_HOST", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT"))
    return {**foreign, "MYSQL_PWD": password, "MYSQL_TEST_LOGIN_FILE": "/nonexistent"}


def _place(root: Endpoint) -> tuple[str, ...]:
    if root.socket:
        return ("--host=localhost", f"--socket={root.socket}")
    return ("--protocol=TCP", f"--host={root.host}", f"--port={root.port}")


def _run_client(
    host: Host, client: Client, root: Endpoint, settings: Settings, path: Path, sql: bytes
) -> None:
    done = host.run(
        [
            *client.command,
            "--no-defaults",
            *client.place,
            f"--user={root.user}",
            "--default-character-set=utf8mb4",
            f"--database={settings.database}",
        ],
        env=client_environment(root.password),
        stdin=sql,
        shown_stdin=f"the SQL of {path}",
    )
    if not done.ok:
        raise _refused(path, done.stderr, settings)


def _run_session(session: Session, settings: Settings, path: Path, sql: bytes) -> None:
    if _DELIMITER.search(sql):
        raise UnavailableError(
            f"{path} needs a client program",
            why="it has a DELIMITER line, and there is neither mysql nor mariadb on this machine",
            todo="install one: apt-get install default-mysql-client, or brew install mysql-client",
        )
    try:
        session.execute(statement(f"USE {identifier(settings.database)}"))
        session.execute_script(sql, shown=f"the SQL of {path}")
    except StatementError as error:
        raise _refused(path, error.why, settings) from error


def _refused(path: Path, said: str, settings: Settings) -> UsageError:
    return UsageError(
        f"the server refused the SQL of {path}",
        why=f"the file came from {settings.source('init-sql')}",
        details=tuple(said.splitlines()[-_TELLING_LINES:]),
        todo="mend the file",
    )
