"""Several independent servers in one run."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from ci_kit.host.machine import Host
from tests.conftest import CiKit, finish, private_servers
from tests.mysql.conftest import WAITING, Project
from tests.support.private_server import private, running
from tests.support.waiting import wait_until
from tests.unit.support import file_command

pytestmark = pytest.mark.usefixtures("nothing_left")


def table(first: str, second: str) -> str:
    """The settings of a run with a server of each program, in this order."""
    return f"""\
[tool.ci-kit]
coverage = false
mysqld = "{first}"
env = {{ BOTH = "{{port}} {{analytics.port}}" }}
[tool.ci-kit.servers.analytics]
mysqld = "{second}"
database = "events"
sql-mode = "none"
replicas = 1
init-sql = "seed.sql"
variables = {{ EVENTS_HOST = "host", EVENTS_PORT = "port", EVENTS_PASSWORD = "password" }}
"""


SUITE = {
    "seed.sql": "CREATE TABLE seed (id INT); INSERT INTO seed VALUES (7);",
    "test_both.py": """\
        import os
        from mysql.connector import connect

        def ask(sql, **login):
            given = dict(host="127.0.0.1", user="root", collation="utf8mb4_general_ci", use_pure=True)
            with connect(**given | login) as connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()

        FIRST = dict(port=int(os.environ["MYSQL_PORT"]), password=os.environ["MYSQL_PASSWORD"])
        SECOND = dict(port=int(os.environ["EVENTS_PORT"]), password=os.environ["EVENTS_PASSWORD"])

        def test_they_are_two():
            assert os.environ["BOTH"] == f"{FIRST['port']} {SECOND['port']}"
            products = ["MariaDB" in ask("SELECT VERSION()", **one)[0][0] for one in (FIRST, SECOND)]
            assert sorted(products) == [False, True]

        def test_each_has_its_own_databases_and_settings():
            assert ask("SELECT id FROM events.seed", **SECOND) == [(7,)]
            assert ("events",) not in ask("SHOW DATABASES", **FIRST)
            assert ask("SELECT @@GLOBAL.sql_mode", **SECOND) == [("",)]
            assert ask("SELECT @@GLOBAL.sql_mode", **FIRST) != [("",)]

        def test_the_replica_is_that_of_the_second():
            replica = int(os.environ["MYSQL_ANALYTICS_REPLICA_PORT"])
            assert "MYSQL_REPLICA_PORT" not in os.environ
            assert ask("SELECT id FROM events.seed", **SECOND | {"port": replica}) == [(7,)]
        """,
}


def test_a_run_has_two_servers_and_ends_both(
    ci_kit: CiKit, project: Project, server: str, mysqld: str, mariadbd: str, tmp_path: Path
) -> None:
    other = mariadbd if server == mysqld else mysqld
    project(SUITE | {"pyproject.toml": table(server, other)})
    page = tmp_path / "page"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}
    answer = ci_kit("run", "--no-keep-mysql", env=env, code=0)
    assert "analytics: M" in answer.stderr
    assert ", analytics: M" in page.read_text(encoding="utf-8")
    assert private_servers(ci_kit.servers) == set()


def test_kept_servers_are_found_by_later_commands(
    ci_kit: CiKit, project: Project, mysqld: str, mariadbd: str, tmp_path: Path
) -> None:
    project(SUITE | {"pyproject.toml": table(mysqld, mariadbd)})
    exported = tmp_path / "env"
    env = {"GITHUB_ACTIONS": "true", "GITHUB_ENV": str(exported)}
    ci_kit("run", "--keep-mysql", env=env, code=0)
    try:
        found = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        assert found == file_command(exported.read_text(encoding="utf-8"))
        again = ci_kit("mysql", "up", code=0).stderr
        assert again.count("is already up") == 2
        facts = json.loads(ci_kit("mysql", "status", "--json", code=0).stdout)
        assert str(facts["port"]) == found["MYSQL_PORT"]
        assert str(facts["servers"]["analytics"]["port"]) == found["MYSQL_ANALYTICS_PORT"]
        assert [one["lag"] for one in facts["servers"]["analytics"]["replicas"]] == [0]
        shown = ci_kit("mysql", "status", code=0).stdout
        assert "[analytics]" in shown
    finally:
        down = ci_kit("mysql", "down", code=0).stderr
    assert down.count("is gone") == 3


def test_a_server_that_cannot_start_ends_the_others(ci_kit: CiKit, project: Project, server: str) -> None:
    wrong = table(server, server).replace('sql-mode = "none"', 'mysql-settings = ["nonsense=1"]')
    project(SUITE | {"pyproject.toml": wrong})
    answer = ci_kit("run", code=64)
    assert "server analytics: the server rejects mysql-settings: nonsense=1" in answer.stderr
    assert private_servers(ci_kit.servers) == set()


@pytest.mark.parametrize("ready", [False, True], ids=["none is up", "the first is up"])
def test_mysql_up_starts_all_servers_or_none(
    ready: bool, ci_kit: CiKit, project: Project, server: str
) -> None:
    settings = f'[tool.ci-kit]\nmysqld = "{server}"\n'
    project({"pyproject.toml": settings})
    if ready:
        ci_kit("mysql", "up", code=0)
    before = private_servers(ci_kit.servers)
    wrong = f'[tool.ci-kit.servers.a]\nmysqld = "{server}"\nmysql-settings = ["nonsense=1"]\n'
    project({"pyproject.toml": settings + wrong})
    answer = ci_kit("mysql", "up", code=64)
    assert "server a: the server rejects mysql-settings: nonsense=1" in answer.stderr
    assert private_servers(ci_kit.servers) == before
    assert bool(before) == ready
    ci_kit("mysql", "down", code=0)


def test_only_a_server_that_stays_up_is_there_for_later_steps(
    host: Host, ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    exported = tmp_path / "env"
    table = f'mysql = "external"\n[tool.ci-kit.servers.a]\nmysqld = "{server}"\n'
    folder = project(
        {"pyproject.toml": f"[tool.ci-kit]\ncoverage = false\n{table}", "test_a.py": "def test_a(): ..."}
    )
    with running(private(host, folder, server)) as login:
        env = {
            "MYSQL_HOST": login.host,
            "MYSQL_PORT": str(login.port),
            "MYSQL_PASSWORD": login.password,
            "GITHUB_ACTIONS": "true",
            "GITHUB_ENV": str(exported),
        }
        ci_kit("run", "--no-keep-mysql", env=env, code=0)
        found = file_command(exported.read_text(encoding="utf-8"))
        assert found["MYSQL_PORT"] == str(login.port)
    assert not [name for name in found if name.startswith("MYSQL_A_")]


def test_a_text_about_a_server_that_the_settings_no_longer_have_is_left_out(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    first = f'[tool.ci-kit]\nmysqld = "{server}"\n'
    texts = 'env = { OWN = "{port}", OTHER = "{a.port}" }\n'
    project({"pyproject.toml": f'{first}{texts}[tool.ci-kit.servers.a]\nmysqld = "{server}"\n'})
    ci_kit("mysql", "up", code=0)
    try:
        project({"pyproject.toml": first})
        found = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        assert (found["OWN"], "OTHER" in found) == (found["MYSQL_PORT"], False)
        ci_kit("mysql", "up", code=0)
    finally:
        assert ci_kit("mysql", "down", code=0).stderr.count("is gone") == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_leaves_no_server(
    ci_kit: CiKit, project: Project, server: str, number: signal.Signals
) -> None:
    settings = table(server, server).replace('init-sql = "seed.sql"\n', "")
    folder = project(WAITING | {"pyproject.toml": settings})
    run = ci_kit.start("run")
    started = folder / "started"
    wait_until(started.exists, "the test has started", child=run)
    run.send_signal(number)
    finish(run)
    if number == signal.SIGKILL:
        os.kill(int(started.read_text(encoding="utf-8")), signal.SIGKILL)
        # The next command removes what this run left.
        ci_kit("mysql", "down", code=0)
    assert private_servers(ci_kit.servers) == set()
