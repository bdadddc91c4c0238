"""SQL files that fill a new database.

A client program reads the files, because it also understands its own commands, such as DELIMITER. Without a
client program, ci-kit sends the statements to the server itself, and refuses a file that needs the client.
"""

from __future__ import annotations

import re

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.commands import Command, Input
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.program import ClientProgram, client_environment
from ci_kit.mysql.client.session import Session, StatementError
from ci_kit.mysql.client.sql import identifier, statement
from ci_kit.mysql.prepare.databases import wanted_databases
from ci_kit.mysql.prepare.sql_files import SqlFile, init_files, read_sql
from ci_kit.settings.settings import Settings

# A command of the client, which the server does not understand (MySQL's manual, "mysql Client Commands").
_DELIMITER = re.compile(rb"^\s*delimiter\s", re.IGNORECASE | re.MULTILINE)
_SHOWN_LINES = 5
# ER_DB_CREATE_EXISTS, as the client program and the driver write it.
_DATABASE_EXISTS = re.compile(r"\b1007 \(.*? database '(?P<name>.*)';")


def run_init_sql(session: Session, root: Endpoint, settings: Settings, client: ClientProgram | None) -> None:
    """Run the files of the setting ``init-sql`` in order, as root, in the run's database.

    Raises UsageError for a file that cannot be read, or if the server refuses its SQL. Raises
    UnavailableError for a file that needs a client program if there is none.
    """
    paths = init_files(settings)
    console = session.host.console
    for path in paths:
        with console.progress("mysql", f"init SQL, {path.name}"):
            file = read_sql(path, settings)
            if client:
                _run_in_client(session, client, root, settings, file)
            else:
                _run_in_session(session, settings, file)
    if paths:
        console.step("mysql", f"init SQL, {len(paths)} {'file' if len(paths) == 1 else 'files'}")


def _run_in_client(
    session: Session, client: ClientProgram, root: Endpoint, settings: Settings, file: SqlFile
) -> None:
    argv = [
        *client.command,
        "--no-defaults",
        *client.address,
        f"--user={root.user}",
        "--default-character-set=utf8mb4",
        f"--database={settings.database}",
    ]
    stdin = Input(file.sql, shown=f"the SQL of {file.path}")
    done = session.host.run(Command(argv, env=client_environment(root.password), stdin=stdin))
    if not done.ok:
        raise _refused(session, file, done.stderr, settings)


def _run_in_session(session: Session, settings: Settings, file: SqlFile) -> None:
    if _DELIMITER.search(file.sql):
        raise UnavailableError(
            f"{file.path} needs a client program",
            why="it contains a DELIMITER line, and this machine has no program mysql or mariadb",
            todo="install one: apt-get install default-mysql-client, or brew install mysql-client",
        )
    try:
        session.execute(statement(f"USE {identifier(settings.database)}"))
        session.execute_script(file.sql, shown=f"the SQL of {file.path}")
    except StatementError as error:
        raise _refused(session, file, error.why, settings) from error


def _refused(session: Session, file: SqlFile, message: str, settings: Settings) -> UsageError:
    why, todo = f"the file came from {settings.source('init-sql')}", "correct the file"
    version, product = session.version(), file.dumped_from
    if version and product and product != version.flavour:
        why = f"the file is a dump of {product}, and the server is {version}; {why}"
        todo = (
            f"use a {product} server, or dump the data again from {version.flavour}; their collations and"
            " versioned comments differ"
        )
    exists = _DATABASE_EXISTS.search(message)
    if exists and exists["name"] in wanted_databases(settings):
        why = f"ci-kit has already created the database {exists['name']}; {why}"
        todo = "remove CREATE DATABASE from the file, or write CREATE DATABASE IF NOT EXISTS"
    return UsageError(
        f"the server refused the SQL of {file.path}",
        why=why,
        details=tuple(message.splitlines()[-_SHOWN_LINES:]),
        todo=todo,
    )
