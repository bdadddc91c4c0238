from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ci_kit.console import Console
from ci_kit.host.machine import Host
from ci_kit.mysql.client.version import Version
from ci_kit.mysql.private.program import ServerProgram
from tests.conftest import clean_environ

Project = Callable[[Mapping[str, str]], Path]
"""A function that writes the files of a project, and gives its folder."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.mysql)


@pytest.fixture(scope="module")
def host(template_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Host:
    """A host with a cache of its own, for private servers without the command line."""
    cache = tmp_path_factory.mktemp("cache")
    (cache / "templates").symlink_to(template_cache)
    return Host(Console(verbosity=-1), clean_environ() | {"CI_KIT_CACHE": str(cache)})


CONNECT = """\
import os
from mysql.connector import connect

def login(**changes):
    given = dict(
        host=os.environ["MYSQL_HOST"], port=int(os.environ["MYSQL_PORT"]), user=os.environ["MYSQL_USER"],
        password=os.environ["MYSQL_PASSWORD"], database=os.environ["MYSQL_DATABASE"],
        collation="utf8mb4_general_ci", use_pure=True)
    return connect(**given | changes)

def rows(sql, **changes):
    with login(**changes) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
"""
"""A module for the projects under test: a login with the variables that ci-kit sets."""

WAITS = """\
import pathlib, time

def until_removed(name):
    deadline = time.monotonic() + 120
    while pathlib.Path(name).exists():
        assert time.monotonic() < deadline, f"nobody removed {name}"
        time.sleep(0.01)
"""
"""A module for the projects under test: a wait for the removal of a file."""

WAITING = {
    "rows.py": CONNECT,
    "test_waiting.py": """\
        import os, pathlib, time
        from rows import rows

        def test_waits():
            rows("SELECT 1")
            pathlib.Path("starting").write_text(str(os.getpid()))
            pathlib.Path("starting").rename("started")
            time.sleep(300)
        """,
}
"""A project with one test: it logs in, writes its process id to ``started``, and runs for a long time."""


LOGS_IN_LATER = {
    "rows.py": CONNECT,
    "waits.py": WAITS,
    "test_db.py": """\
        import pathlib
        from rows import rows
        from waits import until_removed

        def test_waits():
            pathlib.Path("started").write_text("")
            until_removed("started")
            rows("SELECT 1")
        """,
}
"""A project with one test: it writes the file ``started``, waits for its removal, and logs in."""


def wrap_server(folder: Path, server: str, script: str = 'exec "$real" "$@"') -> Path:
    """A program that runs a script instead of a server's boot, alone in a folder.

    In the script, ``$real`` is the server, and ``$@`` are the arguments of the boot. Other calls go to the
    server directly: those that prepare a template, and those that print the version.
    """
    installer = ServerProgram(Path(server), Version("MariaDB", ())).installer
    other_calls = 'case "$*" in *--pid-file=*) ;; *) exec "$real" "$@" ;; esac'
    texts = {
        Path(server).name: f"real={server}\n{other_calls}\n{textwrap.dedent(script)}",
        installer.name: f'exec {installer} "$@"',
    }
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder / Path(server).name
