"""The content of a server before the tests start: databases, tables, settings."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.conftest import CiKit, assert_in_order, private_servers
from tests.mysql.conftest import CONNECT, Project, wrap_server
from tests.support.waiting import LIMIT, wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")


def test_every_database_has_the_charset_and_the_user_has_its_rights(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(
        {
            "pyproject.toml": """\
                [tool.ci-kit]
                database = "main_app"
                extra-databases = ["audit", "two words", "백업"]
                charset = "utf8mb4"
                collation = "utf8mb4_unicode_ci"
                mysql-user = "meeting"
                """,
            "rows.py": CONNECT,
            "test_databases.py": """\
                import pytest
                from rows import rows

                @pytest.mark.parametrize("name", ["main_app", "audit", "two words", "백업"])
                def test_database(name):
                    assert rows("SELECT DATABASE(), @@collation_database", database=name) == [
                        (name, "utf8mb4_unicode_ci")
                    ]
                    rows("CREATE TABLE t (id INT)", database=name)
                """,
        }
    )
    ci_kit("run", "--mysqld", server, code=0)


TRIGGER = """\
DELIMITER $$
CREATE TRIGGER upper_name BEFORE INSERT ON meeting FOR EACH ROW
BEGIN
    SET NEW.name = UPPER(NEW.name);
END$$
DELIMITER ;
"""
FILLED = {
    "schema.sql": "CREATE TABLE meeting (id INT PRIMARY KEY AUTO_INCREMENT, name TEXT); -- 회의; 표\n",
    "seeds/10-trigger.sql": TRIGGER,
    "seeds/20-rows.sql": "INSERT INTO meeting (name) VALUES ('하나 one'), ('it''s; two');\n",
    "seeds/notes.txt": "no SQL",
    "rows.py": CONNECT,
    "test_filled.py": """\
        from rows import rows

        def test_filled():
            assert rows("SELECT name FROM meeting ORDER BY id") == [("하나 ONE",), ("IT'S; TWO",), ("LAST",)]
        """,
}
INIT = ("--init-sql", "schema.sql seeds 'the last.sql.gz'")


def test_the_files_and_folders_of_init_sql_run_in_order(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project(FILLED)
    (folder / "the last.sql.gz").write_bytes(gzip.compress(b"INSERT INTO meeting (name) VALUES ('last');"))
    answer = ci_kit("run", "-v", "--mysqld", server, *INIT, code=0)
    assert_in_order(
        answer.stderr,
        ["schema.sql'", "10-trigger.sql'", "20-rows.sql'", "the last.sql.gz", "init SQL, 4 files"],
    )


def test_init_sql_runs_only_in_a_new_database(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project(FILLED)
    (folder / "the last.sql.gz").write_bytes(gzip.compress(b"INSERT INTO meeting (name) VALUES ('last');"))
    try:
        for _ in range(2):
            ci_kit("mysql", "up", "--mysqld", server, "--database", "filled", *INIT, code=0)
    finally:
        ci_kit("mysql", "down", code=0)


def test_a_client_program_uses_only_the_server_of_the_run(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(FILLED)
    elsewhere = {"MYSQL_HOST": "127.0.0.1", "MYSQL_TCP_PORT": "1", "MYSQL_UNIX_PORT": "/nonexistent"}
    env = elsewhere | {"CI_KIT_MYSQL": "private"}
    ci_kit("mysql", "up", "--mysqld", server, "--init-sql", "schema.sql seeds", env=env, code=0)
    try:
        assert "meeting" in tables(ci_kit, "test")
    finally:
        ci_kit("mysql", "down", code=0)


def tables(ci_kit: CiKit, database: str) -> str:
    """The tables of a database with their rows, as Python prints them."""
    variables = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout) | {"MYSQL_DATABASE": database}
    names = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
    script = f"from rows import rows; print([(n, rows('SELECT * FROM ' + n)) for (n,) in rows({names!r})])"
    done = subprocess.run(
        [ci_kit.environ["CI_KIT_PYTHON"], "-c", script],
        cwd=ci_kit.cwd,
        env=ci_kit.environ | variables,
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT,
    )
    return done.stdout


def test_init_sql_that_failed_runs_again_the_next_time(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project({"rows.py": CONNECT, "a.sql": "CREATE TABLE t (id INT); SELEKT 1;"})
    ci_kit("mysql", "up", "--mysqld", server, code=0)
    try:
        more = ("mysql", "up", "--database", "later", "--init-sql", "a.sql")
        assert "SELEKT" in ci_kit(*more, code=64).stderr
        (folder / "a.sql").write_text("CREATE TABLE t (id INT); INSERT INTO t VALUES (7);")
        for _ in range(2):
            ci_kit(*more, code=0)
        assert tables(ci_kit, "later") == "[('t', [(7,)])]\n"
    finally:
        ci_kit("mysql", "down", code=0)


def test_init_sql_runs_once_if_the_server_lowercases_the_name_of_the_database(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({"rows.py": CONNECT, "a.sql": "CREATE TABLE IF NOT EXISTS t (id INT); INSERT INTO t VALUES (7);"})
    try:
        for _ in range(2):
            flags = ("--mysql-settings", "lower_case_table_names=1", "--database", "Meeting")
            ci_kit("mysql", "up", "--mysqld", server, *flags, "--init-sql", "a.sql", code=0)
        assert tables(ci_kit, "meeting") == "[('t', [(7,)])]\n"
    finally:
        ci_kit("mysql", "down", code=0)


def test_a_server_that_dies_during_init_sql_is_reported_instead_of_the_file(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({"a.sql": "CREATE DATABASE begun;\nSELECT SLEEP(300);\n"})
    run = ci_kit.start("run", "--mysqld", server, "--init-sql", "a.sql")
    wait_until(lambda: list(ci_kit.servers.glob("*/data/begun")), "the first statement", child=run)
    for one in private_servers(ci_kit.servers):
        if one.isdigit():
            os.kill(int(one), signal.SIGKILL)
    stdout, stderr = run.communicate(timeout=60)
    assert run.returncode == 69, stdout + stderr
    assert_in_order(stderr, ["the server is gone", "something killed it: signal 9 ended "])


def test_init_sql_files_that_are_missing_or_would_not_run_are_refused(
    ci_kit: CiKit, project: Project
) -> None:
    project({"a.sql": "SELECT 1", "test_it.py": "def test_it():\n    pass\n"})
    missing = ci_kit("run", "--init-sql", "b.sql", code=64)
    assert_in_order(missing.stderr, ["b.sql", "no such file", "--init-sql"])
    unused = ci_kit("run", "--init-sql", "a.sql", "--no-create-database", code=64)
    assert_in_order(
        unused.stderr, ["init-sql runs only if ci-kit has just created the database", "--create-database"]
    )


def without_clients(folder: Path, server: str) -> dict[str, str]:
    """An environment without a client program, neither on the PATH nor beside the server."""
    (folder / "bin").mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if program.name not in ("mysql", "mariadb") and not (folder / "bin" / program.name).is_symlink():
                (folder / "bin" / program.name).symlink_to(program)
    alone = wrap_server(folder / "alone", server)
    return {"PATH": str(folder / "bin"), "CI_KIT_MYSQLD": str(alone)}


def test_without_a_client_program_ci_kit_runs_plain_sql(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(
        {
            "schema.sql": "CREATE TABLE t (id INT); -- a; b\nINSERT INTO t VALUES (1);\nSELECT * FROM t;",
            "more.sql": "INSERT INTO t VALUES (2)",
            "rows.py": CONNECT,
            "test_it.py": """\
                from rows import rows

                def test_it():
                    assert rows("SELECT id FROM t ORDER BY id") == [(1,), (2,)]
                """,
        }
    )
    ci_kit("run", "--init-sql", "schema.sql more.sql", env=without_clients(tmp_path, server), code=0)


def test_without_a_client_program_delimiter_is_refused_with_advice(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project(FILLED)
    answer = ci_kit("run", "--init-sql", "schema.sql seeds", env=without_clients(tmp_path, server), code=69)
    assert "10-trigger.sql needs a client program" in answer.stderr
    assert "apt-get install" in answer.stderr


@pytest.mark.parametrize("client", [True, False], ids=["client", "no-client"])
def test_sql_that_the_server_refuses_is_reported_with_its_file(
    ci_kit: CiKit, project: Project, server: str, client: bool, tmp_path: Path
) -> None:
    project(
        {"bad.sql": "CREATE TABLE t (id INT);\nSELEKT 1,\n2;\n", "test_it.py": "def test_it():\n    pass\n"}
    )
    env = {"CI_KIT_MYSQLD": server} if client else without_clients(tmp_path, server)
    answer = ci_kit("run", "--init-sql", "bad.sql", env=env, code=64)
    assert_in_order(answer.stderr, ["bad.sql", "--init-sql\n", "1064", "SELEKT", "do:"])
    # Every line of the client is marked, so that no reader takes it for a line of ci-kit.
    details = answer.stderr.partition("--init-sql\n")[2].partition("  do:")[0].splitlines()
    assert all(line.startswith("       | ") for line in details)


def test_sql_mode_and_server_settings_take_effect(ci_kit: CiKit, project: Project, server: str) -> None:
    project(
        {
            "pyproject.toml": """\
                [tool.ci-kit]
                sql-mode = "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES"
                mysql-settings = [
                    "max_allowed_packet=32M", "max-connections=77", "init_connect=SET @a = 'b c#d'",
                    "lower-case-table-names=1", "long_query_time = '7'",
                ]
                init-sql = ["mode.sql"]
                mysql-user = "meeting"
                """,
            "mode.sql": 'CREATE TABLE "t" (a TEXT); INSERT INTO "t" VALUES (\'back\\slash\');',
            "rows.py": CONNECT,
            "test_settings.py": """\
                from rows import rows

                def test_mode():
                    (found,), = rows("SELECT @@GLOBAL.sql_mode")
                    wanted = {"ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "STRICT_ALL_TABLES"}
                    assert set(found.split(",")) == wanted
                    assert rows("SELECT a FROM t") == [("back" + chr(92) + "slash",)]

                def test_settings():
                    assert rows(
                        "SELECT @@max_allowed_packet, @@max_connections, @a, @@lower_case_table_names,"
                        " @@GLOBAL.long_query_time + 0"
                    ) == [(32 << 20, 77, "b c#d", 1, 7)]
                """,
        }
    )
    ci_kit("run", "--mysqld", server, env={"MYSQL_PASSWORD": "it's a \\ back'slash"}, code=0)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("datadir=/tmp", "mysql-datadir"),
        ("port=3306", "mysql-port"),
        ("bind-address=*", "do:  remove it"),
        ("loose_sql-mode=ANSI", "sql-mode"),
        ("a b=1", "is not a valid my.cnf line"),
    ],
)
def test_a_server_setting_that_ci_kit_sets_itself_is_refused(
    ci_kit: CiKit, project: Project, mysqld: str, setting: str, expected: str
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    answer = ci_kit("run", "--mysqld", mysqld, env={"CI_KIT_MYSQL_SETTINGS": f"'{setting}'"}, code=64)
    assert expected in answer.stderr
    assert "CI_KIT_MYSQL_SETTINGS" in answer.stderr
