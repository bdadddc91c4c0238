"""A private server for tests that need a real one, without the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from mysql.connector import connect

from ci_kit.host.machine import Host
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings

PASSWORD = "a password"


def private(host: Host, project: Path, program: str, **flags: Any) -> PrivateServer:
    """A private server with settings as flags; root's password is PASSWORD."""
    return PrivateServer(host, load_settings(project, {}, {"mysqld": program} | flags), PASSWORD)


@contextmanager
def running(server: PrivateServer) -> Iterator[Endpoint]:
    """Start a server, and end it with the context; gives the login of its tests."""
    with ExitStack() as cleanup:
        yield server.start(cleanup).ready().access.login


def run(login: Endpoint, *statements: str, **options: Any) -> list[tuple[Any, ...]]:
    """Run statements over TCP; the rows of the last one."""
    place = {"host": login.host, "port": login.port, "user": login.user, "password": login.password}
    found: list[tuple[Any, ...]] = []
    with (
        connect(**place | {"use_pure": True, "collation": "utf8mb4_general_ci"} | options) as connection,
        connection.cursor() as cursor,
    ):
        for statement in statements:
            cursor.execute(statement)
            found = [tuple(row) for row in cursor.fetchall()] if cursor.description else []
    return found
