"""Several workers, each with a private server of its own."""

from __future__ import annotations

import os
import re
import signal
import textwrap
from pathlib import Path

import pytest

from tests.conftest import CiKit, finish, interrupt, private_servers
from tests.mysql.conftest import CONNECT, Project
from tests.mysql.worker_suites import MEETING, SUITES
from tests.support.environments import environment
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")

TWO = ("--workers", "2", "--no-coverage", "--history=none")

SAYS_SERVER = {
    "rows.py": CONNECT,
    "meeting.py": MEETING,
    "says.py": """\
        import os, pathlib
        from rows import rows

        def say(sql):
            # The process, and what its server answers.
            found = " ".join(str(value) for row in rows(sql) for value in row)
            pathlib.Path("said-" + os.environ.get("PYTEST_XDIST_WORKER", "main")).write_text(found)
        """,
}
"""Modules of a project: ``say`` writes what a process finds on its server to a file."""


def said(folder: Path) -> dict[str, str]:
    """What each process found."""
    return {path.name.removeprefix("said-"): path.read_text() for path in folder.glob("said-*")}


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_of_one_database_passes_with_two_workers_unchanged(
    ci_kit: CiKit, project: Project, server: str, suite: str
) -> None:
    project(SUITES[suite])
    own = {"CI_KIT_PYTHON": environment("workers")}
    for workers in ("1", "2"):
        run = ci_kit("run", "--mysqld", server, "--no-coverage", "--workers", workers, env=own, code=0)
        assert "Tests passed: 4 passed" in run.stderr


def test_each_process_has_a_server_of_its_own_before_the_project_is_imported(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    test = "def test_it():\n    pass\n"
    folder = project(
        SAYS_SERVER
        | {
            "conftest.py": """\
                from says import say
                say("SELECT @@port, TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW())")
                """,
            "test_a.py": test,
            "test_b.py": test,
        }
    )
    run = ci_kit("run", "--mysqld", server, *TWO, "--timezone", "Asia/Seoul", code=0)
    found = said(folder)
    assert found.keys() == {"main", "gw0", "gw1"}
    assert len(set(found.values())) == 3
    assert all(answer.endswith(" 540") for answer in found.values())
    ports = re.search(
        r"workers +2, each with a server of its own at port (\d+), (\d+); one takes", run.stderr
    )
    assert ports
    assert set(ports.groups()) == {found[name].split()[0] for name in ("gw0", "gw1")}
    assert run.stderr.rstrip().splitlines()[-1].endswith("2 workers, with 2 servers of their own")


def test_init_sql_runs_once_and_each_worker_has_its_result(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    test = """\
        import os
        from rows import rows
        from says import say

        def test_it():
            say("SELECT made FROM t")
            assert os.environ["ADDRESS"] == "127.0.0.1:" + os.environ["MYSQL_PORT"]
            rows("DELETE FROM t")
        """
    folder = project(
        SAYS_SERVER
        | {
            "conftest.py": "from says import say\nsay('SELECT made FROM t')\n",
            "seed.sql": "CREATE TABLE t (made VARCHAR(40)); INSERT INTO t VALUES (UUID());",
            "test_a.py": test,
            "test_b.py": test,
        }
    )
    flags = ("--init-sql", "seed.sql", "--env", "ADDRESS={host}:{port}", "--mysql-user", "app")
    ci_kit("run", "--mysqld", server, *TWO, *flags, code=0)
    found = said(folder)
    assert found.keys() == {"main", "gw0", "gw1"}
    assert len(set(found.values())) == 1
    assert found["main"]


def test_each_worker_has_all_servers_of_the_run_with_their_replicas(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    test = """\
        import os
        from meeting import meet
        from rows import rows

        def test_it():
            rows("INSERT INTO t VALUES (1)")
            meet("inserted")
            assert rows("SELECT COUNT(*) FROM t") == [(1,)]
            replica = int(os.environ["MYSQL_REPLICA_PORT"])
            while rows("SELECT COUNT(*) FROM t", port=replica) != [(1,)]:
                pass
            other = int(os.environ["MYSQL_OTHER_PORT"])
            assert len({other, replica, int(os.environ["MYSQL_PORT"])}) == 3
            login = dict(port=other, password=os.environ["MYSQL_OTHER_PASSWORD"])
            assert rows("SHOW TABLES", **login) == []
            rows("CREATE TABLE o (id INT)", **login)
        """
    project(
        SAYS_SERVER
        | {
            "pyproject.toml": f"[tool.ci-kit.servers.other]\nmysqld = '{server}'\n",
            "seed.sql": "CREATE TABLE t (id INT);",
            "test_a.py": test,
            "test_b.py": test,
        }
    )
    # The test writes and reads in one go.
    rows = textwrap.dedent(CONNECT).replace("use_pure=True)", "use_pure=True, autocommit=True)")
    (ci_kit.cwd / "rows.py").write_text(rows)
    ci_kit("run", "--mysqld", server, *TWO, "--replicas", "1", "--init-sql", "seed.sql", code=0)


def test_a_worker_that_dies_gets_a_new_server_and_its_old_one_ends(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(
        SAYS_SERVER
        | {
            "test_a.py": """\
                import os
                from rows import rows

                def test_dies():
                    rows("CREATE TABLE t (id INT)")
                    os._exit(7)

                def test_after():
                    assert os.environ["PYTEST_XDIST_WORKER"] == "gw2"
                    rows("CREATE TABLE t (id INT)")
                    # That of the main process and those of two workers.
                    assert len(os.listdir(os.environ["CI_KIT_MYSQL_DATADIR"])) == 3
                    open("after", "w").close()
                """,
            "test_b.py": """\
                import pathlib, time

                def test_waits():
                    deadline = time.monotonic() + 120
                    while not pathlib.Path("after").exists():
                        assert time.monotonic() < deadline
                        time.sleep(0.01)
                """,
        }
    )
    run = ci_kit("run", "--mysqld", server, *TWO, code=1)
    assert "2 passed, 1 failed" in run.stderr, run.text
    assert (folder / "after").exists()


def test_the_error_names_the_worker_whose_server_is_gone(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(
        SAYS_SERVER
        | {
            "test_a.py": """\
                import os, signal
                from rows import rows

                def test_kills_its_server():
                    (folder,) = rows("SELECT @@datadir")[0]
                    for pid in filter(str.isdigit, os.listdir("/proc")):
                        try:
                            words = open(f"/proc/{pid}/cmdline").read().split("\\0")
                        except OSError:
                            continue
                        if f"--datadir={folder.rstrip('/')}" in words:
                            os.kill(int(pid), signal.SIGKILL)
                    assert rows("SELECT 1")
                """
        }
    )
    run = ci_kit("run", "--mysqld", server, *TWO, code=1)
    # pytest-xdist gives the file to either worker.
    (worker,) = re.findall(r"^\[(gw\d)\]", run.stdout, re.MULTILINE)
    assert f"error: worker {worker}: the server is gone" in run.stderr, run.text


WAITS = """\
import os, pathlib, time
from rows import rows

def test_waits():
    rows("SELECT 1")
    name = os.environ["PYTEST_XDIST_WORKER"]
    pathlib.Path(f"starting-{name}").write_text(f"{os.getpid()} {os.getppid()}")
    pathlib.Path(f"starting-{name}").rename(f"started-{name}")
    time.sleep(300)
"""
WAITING = SAYS_SERVER | {"test_a.py": WAITS, "test_b.py": WAITS}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_workers_and_their_servers(
    ci_kit: CiKit, project: Project, server: str, number: signal.Signals, code: int
) -> None:
    folder = project(WAITING)
    child = ci_kit.start("run", "--mysqld", server, *TWO)
    wait_until(lambda: len(list(folder.glob("started-*"))) == 2, "two tests", child=child)
    answer = interrupt(child, number)
    assert answer.code == code, answer.text
    assert "Traceback" not in answer.stderr


def test_the_next_run_cleans_up_after_a_killed_run_with_workers(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(WAITING)
    child = ci_kit.start("run", "--mysqld", server, *TWO)
    wait_until(lambda: len(list(folder.glob("started-*"))) == 2, "two tests", child=child)
    child.kill()
    # The workers and pytest run on, and hold the pipes open.
    pids = {int(pid) for path in folder.glob("started-*") for pid in path.read_text().split()}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    finish(child)
    # The folder and the process of each server.
    assert len(private_servers(ci_kit.servers)) == 6
    (folder / "test_b.py").unlink()
    (folder / "test_a.py").write_text("def test_it():\n    pass\n")
    ci_kit("run", "--mysqld", server, *TWO, code=0)


def test_placeholders_in_the_arguments_of_pytest_lead_each_worker_to_its_own_server(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    test = """\
        import os
        from rows import rows
        from says import say

        def test_it(pytestconfig):
            assert pytestconfig.getoption("address") == "127.0.0.1:" + os.environ["MYSQL_PORT"]
            say("SELECT @@port")
        """
    folder = project(
        SAYS_SERVER
        | {
            "conftest.py": """\
                def pytest_addoption(parser):
                    parser.addoption("--address")
                """,
            "test_a.py": test,
            "test_b.py": test,
        }
    )
    # A second command has arguments of its own.
    commands = "pytest --address={host}:{port} test_a.py\npytest test_b.py test_a.py --address {host}:{port}"
    ci_kit("run", "--mysqld", server, *TWO, "--test-command", commands, code=0)
    assert said(folder).keys() == {"gw0", "gw1"}
