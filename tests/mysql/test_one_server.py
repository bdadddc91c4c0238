"""Several workers on one server, each with a database of its own."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from ci_kit.mysql.client.endpoint import Endpoint
from tests.conftest import CiKit, finish
from tests.mysql.conftest import CONNECT, Project
from tests.mysql.test_workers import TWO, WAITING
from tests.mysql.worker_suites import MEETING
from tests.support.private_server import run
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")

TEST = """\
import os
from meeting import meet
from rows import rows

def test_it():
    name = f"app_{os.environ['PYTEST_XDIST_WORKER']}"
    assert rows("SELECT DATABASE(), (SELECT COUNT(*) FROM seeded)") == [(name, 1)]
    assert os.environ["DATABASE_URL"].endswith("/" + name)
    rows("CREATE TABLE t (id INT)")
    meet("created")
"""
PROJECT = {
    "rows.py": CONNECT,
    "meeting.py": MEETING,
    "seed.sql": "CREATE TABLE seeded AS SELECT 1 AS id;",
    "test_a.py": TEST,
    "test_b.py": TEST,
}
FLAGS = ("run", "--one-server", *TWO, "--database", "app")


def address(login: dict[str, str]) -> tuple[str, ...]:
    return ("--mysql", "external", "--mysql-port", login["MYSQL_PORT"])


@pytest.mark.parametrize("user", ["root", "meeting"])
def test_each_worker_has_a_filled_database_of_its_own(
    ci_kit: CiKit, project: Project, server: str, user: str
) -> None:
    project(PROJECT)
    flags = ("--mysql-user", user, "--init-sql", "seed.sql")
    answer = ci_kit(*FLAGS, "--mysqld", server, *flags, code=0)
    assert re.search(r"^workers +2, each with a database of its own", answer.stderr, re.MULTILINE)
    assert answer.stderr.rstrip().splitlines()[-1].endswith(", 2 workers")


def test_the_databases_are_dropped_on_an_external_server_and_others_stay(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(PROJECT)
    with kept_server(ci_kit, server) as login:
        ci_kit(*FLAGS, *address(login), "--init-sql", "seed.sql", env=login, code=0)
        assert databases(login) == {"app"}
        sql(login, "CREATE DATABASE app_gw1")
        refused = ci_kit(*FLAGS, *address(login), env=login, code=64)
        assert "the database app_gw1 already exists" in refused.stderr
        assert databases(login) == {"app", "app_gw1"}


def test_the_next_run_replaces_the_databases_of_a_killed_run(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(WAITING)
    with kept_server(ci_kit, server) as login:
        child = ci_kit.start(*FLAGS, *address(login), env=login)
        wait_until(lambda: len(list(folder.glob("started-*"))) == 2, "two tests", child=child)
        second = ci_kit(*FLAGS, *address(login), env=login, code=69)
        assert "another run uses the database app_gw0" in second.stderr
        child.kill()
        for path in folder.glob("started-*"):
            for pid in path.read_text().split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        finish(child)
        assert databases(login) == {"app", "app_gw0", "app_gw1"}
        for name in ("test_a.py", "test_b.py"):
            (folder / name).write_text("def test_it():\n    pass\n")
        ci_kit(*FLAGS, *address(login), env=login, code=0)
        assert databases(login) == {"app"}


@contextmanager
def kept_server(ci_kit: CiKit, server: str) -> Iterator[dict[str, str]]:
    """The variables of a login at a server that stays up until the context ends."""
    ci_kit("mysql", "up", "--mysqld", server, "--database", "app", code=0)
    try:
        found = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        yield {name: found[name] for name in ("MYSQL_HOST", "MYSQL_PORT", "MYSQL_USER", "MYSQL_PASSWORD")}
    finally:
        ci_kit("mysql", "down", code=0)


def sql(login: dict[str, str], statement: str) -> list[tuple[Any, ...]]:
    port = int(login["MYSQL_PORT"])
    return run(Endpoint(login["MYSQL_HOST"], port, login["MYSQL_USER"], login["MYSQL_PASSWORD"]), statement)


def databases(login: dict[str, str]) -> set[str]:
    """The databases whose names begin with that of the project."""
    return {str(name) for (name,) in sql(login, "SHOW DATABASES") if str(name).startswith("app")}
