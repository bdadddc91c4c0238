"""`ci-kit run --mysql kept`: a run on the server that `ci-kit mysql up` has left running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import CiKit, private_servers
from tests.mysql.conftest import CONNECT, Project

pytestmark = pytest.mark.usefixtures("nothing_left")

COUNTS = """\
import pathlib
from rows import rows

def test_the_tables_of_earlier_runs_are_there():
    ((database,),), tables = rows("SELECT DATABASE()"), rows("SHOW TABLES")
    rows(f"CREATE TABLE run_{len(tables)} (id INT)")
    pathlib.Path("seen").write_text(f"{database}, {len(tables)}")
"""


@pytest.fixture
def kept(ci_kit: CiKit, project: Project, server: str) -> Iterator[CiKit]:
    project({"rows.py": CONNECT, "test_rows.py": COUNTS})
    ci_kit("mysql", "up", "--mysqld", server, "--database", "shop", code=0)
    yield ci_kit
    ci_kit("mysql", "down", code=0)


def test_runs_use_the_server_that_is_up_and_leave_it_running(kept: CiKit) -> None:
    servers = private_servers(kept.servers)
    for number in (0, 1):
        done = kept("run", "--mysql", "kept", code=0)
        assert "private (kept by `ci-kit mysql up`)" in done.stderr
        assert (kept.cwd / "seen").read_text() == f"shop, {number}"
        assert private_servers(kept.servers) == servers
    assert "shop" in kept("mysql", "status", code=0).stdout


def test_a_run_may_add_a_database_but_change_no_setting(kept: CiKit) -> None:
    kept("run", "--mysql", "kept", "--database", "other", code=0)
    assert (kept.cwd / "seen").read_text() == "other, 0"
    done = kept("run", "--mysql", "kept", "--replicas", "1", code=64)
    assert "the running server uses a different replicas" in done.stderr


def test_workers_have_a_database_each_on_the_kept_server(kept: CiKit) -> None:
    done = kept("run", "--mysql", "kept", "--workers", "2", code=64)
    assert "workers does not work with mysql = kept" in done.stderr
    kept("run", "--mysql", "kept", "--workers", "2", "--one-server", code=0)
    assert (kept.cwd / "seen").read_text().startswith("shop_gw")


def test_without_a_server_one_error_says_how_to_start_it(ci_kit: CiKit, project: Project) -> None:
    project({"test_a.py": "def test_a(): ...\n"})
    for words in (("run",), ("doctor",)):
        done = ci_kit(*words, "--mysql", "kept", code=69)
        assert "no server is up for this project" in done.stderr + done.stdout
    assert "only `ci-kit run` uses it" in ci_kit("mysql", "up", "--mysql", "kept", code=64).stderr


def test_doctor_shows_the_kept_server(kept: CiKit) -> None:
    assert "kept (--mysql): M" in kept("doctor", "--mysql", "kept").stdout
