"""A server in a container of a real engine, as a user calls it."""

from __future__ import annotations

from tests.conftest import CiKit
from tests.mysql.conftest import CONNECT, Project

ROWS = {
    "rows.py": CONNECT,
    "test_rows.py": """\
        from rows import rows

        def test_rows():
            rows("CREATE TABLE t (id INT PRIMARY KEY)")
            rows("INSERT INTO t VALUES (1)", autocommit=True)
            assert rows("SELECT id FROM t") == [(1,)]
        """,
}


def test_a_run_makes_its_server_and_leaves_nothing_twice_in_a_row(kit: CiKit, project: Project) -> None:
    project(ROWS)
    for _ in range(2):
        answer = kit("run", code=0)
        assert ", docker (the environment variable CI_KIT_MYSQL), 127.0.0.1:" in answer.stderr
