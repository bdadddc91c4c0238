"""Read replicas: servers that follow the project's server, in its tests and in the commands."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CiKit, assert_in_order, finish, interrupt, private_servers, wait_for
from tests.mysql.conftest import CONNECT, WAITING, WAITS, Project
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")

REPLICAS = """\
    import os, time
    from rows import rows

    def replica(number):
        return {
            "host": os.environ[f"MYSQL_REPLICA_HOST_{number}"],
            "port": int(os.environ[f"MYSQL_REPLICA_PORT_{number}"]),
        }

    def until(wanted, sql, **place):
        deadline = time.monotonic() + 60
        while (found := rows(sql, **place)) != wanted:
            assert time.monotonic() < deadline, f"{sql} gives {found}, expected {wanted}"
            time.sleep(0.01)
        return found
    """
FILLED = {
    "rows.py": CONNECT,
    "replicas.py": REPLICAS,
    "schema.sql": """\
        CREATE TABLE meeting (id INT PRIMARY KEY, name TEXT);
        INSERT INTO meeting VALUES (1, '회의');
        """,
    "test_replicas.py": """\
        import os
        import pytest
        from mysql.connector.errors import Error
        from replicas import replica, until
        from rows import rows

        BOTH = pytest.mark.parametrize("number", [1, 2])

        # This test is first: a login with TLS would allow logins without TLS afterwards.
        @pytest.mark.parametrize("number", [0, 1, 2])
        def test_a_client_without_tls_can_log_in(number):
            assert rows("SELECT 1", ssl_disabled=True, **replica(number) if number else {}) == [(1,)]

        def test_the_variables_without_a_number_name_the_first_replica():
            assert os.environ["MYSQL_REPLICA_HOST"] == os.environ["MYSQL_REPLICA_HOST_1"]
            assert os.environ["MYSQL_REPLICA_PORT"] == os.environ["MYSQL_REPLICA_PORT_1"]
            ports = {os.environ[name] for name in (
                "MYSQL_PORT", "MYSQL_REPLICA_PORT_1", "MYSQL_REPLICA_PORT_2")}
            assert len(ports) == 3

        @BOTH
        def test_the_init_sql_of_the_source_is_there_at_once(number):
            assert rows("SELECT * FROM meeting WHERE id = 1", **replica(number)) == [(1, "회의")]
            assert rows("SELECT DATABASE()", **replica(number) | {"database": "beside"}) == [("beside",)]

        @BOTH
        def test_later_writes_at_the_source_arrive(number):
            rows(f"INSERT INTO meeting VALUES ({number + 10}, 'later')", autocommit=True)
            until([("later",)], f"SELECT name FROM meeting WHERE id = {number + 10}", **replica(number))

        @BOTH
        @pytest.mark.parametrize("sql", ["INSERT INTO meeting VALUES (99, '')", "CREATE DATABASE test_x"])
        def test_a_replica_refuses_writes(number, sql):
            with pytest.raises(Error, match="read-only"):
                rows(sql, **replica(number))

        @BOTH
        def test_a_replica_has_the_time_zone_of_the_run(number):
            assert rows(
                "SELECT TIMESTAMPDIFF(HOUR, UTC_TIMESTAMP(), NOW()),"
                " CONVERT_TZ('2026-01-01', 'UTC', 'Asia/Seoul') IS NOT NULL", **replica(number)
            ) == [(9, 1)]
        """,
}


@pytest.mark.parametrize("user", ["root", "meeting"])
def test_replicas_have_the_data_of_the_source_and_refuse_writes(
    ci_kit: CiKit, project: Project, server: str, user: str
) -> None:
    project(FILLED)
    flags = [
        "--replicas",
        "2",
        "--mysql-user",
        user,
        "--init-sql",
        "schema.sql",
        "--extra-databases",
        "beside",
    ]
    answer = ci_kit(
        "run", "--mysqld", server, *flags, env={"MYSQL_PASSWORD": 'it\'s \\ a "pass"`word'}, code=0
    )
    assert ", 2 replicas, " in answer.stderr


COLD = {
    "rows.py": CONNECT,
    "replicas.py": REPLICAS,
    "test_cold.py": """\
        import pytest
        from mysql.connector.errors import Error
        from replicas import replica
        from rows import rows

        @pytest.mark.parametrize("number", [0, 1])
        def test_the_first_login_needs_tls(number):
            place = replica(number) if number else {}
            with pytest.raises(Error):
                rows("SELECT 1", ssl_disabled=True, **place)
            assert rows("SELECT 1", **place) == [(1,)]
            assert rows("SELECT 1", ssl_disabled=True, **place) == [(1,)]
        """,
}


@pytest.mark.parametrize("user", ["root", "meeting"])
def test_without_warm_logins_every_server_is_cold(
    ci_kit: CiKit, project: Project, mysqld: str, user: str
) -> None:
    project(COLD)
    flags = ("--replicas", "1", "--no-warm-logins", "--mysql-user", user)
    ci_kit("run", "--no-coverage", "--mysqld", mysqld, *flags, code=0)


def test_the_server_ids_belong_to_the_replication(ci_kit: CiKit, project: Project, mysqld: str) -> None:
    project({})
    flags = ("--replicas", "1", "--mysql-settings", "server_id=7")
    answer = ci_kit("run", "--mysqld", mysqld, *flags, code=64)
    assert_in_order(answer.stderr, ["ci-kit sets server_id itself", "--mysql-settings", "remove it"])


def test_the_commands_list_the_replicas(ci_kit: CiKit, project: Project, server: str) -> None:
    project({})
    ci_kit("mysql", "up", "--mysqld", server, "--replicas", "2", code=0)
    try:
        status = wait_until(lambda: _status_without_lag(ci_kit), "replicas with lag 0")
        variables = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        assert [(one["port"], one["lag"]) for one in status["replicas"]] == [
            (int(variables["MYSQL_REPLICA_PORT_1"]), 0),
            (int(variables["MYSQL_REPLICA_PORT_2"]), 0),
        ]
        assert ci_kit("mysql", "status", code=0).stdout.count(", lag 0 s") == 2
        assert "is already up" in ci_kit("mysql", "up", code=0).stderr
        assert (
            "the running server uses a different replicas"
            in ci_kit("mysql", "up", "--replicas", "1", code=64).stderr
        )
        (first,) = _processes(ci_kit.servers, status["replicas"][0]["port"])
        os.kill(first, signal.SIGKILL)
        assert "not replicating" in ci_kit("mysql", "status", code=0).stdout
    finally:
        assert ci_kit("mysql", "down", code=0).stderr.count("is gone") == 3


def _status_without_lag(ci_kit: CiKit) -> Any:
    """The status, or None while a replica has a lag: it is in whole seconds, so a short delay counts as 1."""
    status = json.loads(ci_kit("mysql", "status", "--json", code=0).stdout)
    return None if any(one["lag"] for one in status["replicas"]) else status


def _processes(folder: Path, port: int) -> list[int]:
    """The process ids of the servers in a folder that listen on a port."""
    wanted = f"--port={port}\0".encode()
    pids = [int(one) for one in private_servers(folder) if one.isdigit()]
    return [pid for pid in pids if wanted in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_replica_that_dies_during_the_tests_is_reported(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(
        {
            "rows.py": CONNECT,
            "waits.py": WAITS,
            "test_it.py": """\
                import os, pathlib
                from rows import rows
                from waits import until_removed

                def test_it():
                    pathlib.Path("port").write_text(os.environ["MYSQL_REPLICA_PORT"])
                    pathlib.Path("started").touch()
                    until_removed("started")
                    rows("SELECT 1", port=int(os.environ["MYSQL_REPLICA_PORT"]))
                """,
        }
    )
    child = ci_kit.start("run", "--mysqld", server, "--replicas", "1")
    wait_for(folder / "started", child)
    (one,) = _processes(ci_kit.servers, int((folder / "port").read_text()))
    os.kill(one, signal.SIGKILL)
    (folder / "started").unlink()
    stdout, stderr = child.communicate(timeout=60)
    assert child.returncode == 1, stdout + stderr
    assert "the server is gone (replica 1)" in stderr


def test_broken_replication_is_reported_with_its_cause(ci_kit: CiKit, project: Project, server: str) -> None:
    # The table is not in the binary log, so the replica does not have it.
    project(
        {
            "schema.sql": "SET sql_log_bin = 0; CREATE TABLE t (id INT); SET sql_log_bin = 1;"
            " INSERT INTO t VALUES (1);",
            "test_it.py": "def test_it():\n    pass\n",
        }
    )
    answer = ci_kit("run", "--mysqld", server, "--replicas", "1", "--init-sql", "schema.sql", code=69)
    assert_in_order(answer.stderr, ["replica 1 does not replicate", "why: ", "doesn't exist", "do:"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_several_servers_boot_leaves_nothing(
    ci_kit: CiKit, project: Project, server: str, number: signal.Signals
) -> None:
    project(WAITING)
    ci_kit("run", "--mysqld", server, "--", "--co", code=0)
    child = ci_kit.start("run", "--mysqld", server, "--replicas", "2")
    wait_until(lambda: len(private_servers(ci_kit.servers)) >= 4, "two servers", child=child)
    assert interrupt(child, number).code == 128 + number


def test_the_next_run_cleans_up_after_a_killed_run_with_replicas(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    folder = project(WAITING)
    child = ci_kit.start("run", "--mysqld", server, "--replicas", "1")
    wait_for(folder / "started", child)
    (folder / "test_waiting.py").unlink()
    os.kill(int((folder / "started").read_text()), signal.SIGKILL)
    child.kill()
    finish(child)
    assert len(private_servers(ci_kit.servers)) == 4
    ci_kit("run", "--mysqld", server, code=0)


def test_a_dry_run_prints_the_steps_of_replication(ci_kit: CiKit, project: Project, server: str) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    answer = ci_kit("run", "--dry-run", "--mysqld", server, "--replicas", "1", code=0)
    assert private_servers(ci_kit.servers) == set()
    assert_in_order(
        answer.stdout,
        [
            "--server_id=1",
            "--server_id=2",
            "CREATE USER IF NOT EXISTS 'ci_kit_replica'",
            "BY '***'",
            "START REPLICA",
        ],
    )


def test_only_a_private_server_has_replicas(ci_kit: CiKit, project: Project) -> None:
    project({})
    answer = ci_kit("mysql", "up", "--mysql", "external", "--replicas", "1", code=64)
    assert_in_order(answer.stderr, ["replicas does not work with mysql = external", "--replicas", "--mysql"])
