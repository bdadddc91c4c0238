"""A private server behaves like a default server: tests find what they find elsewhere."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from mysql.connector import Error

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.mysql.client.login import can_log_in_without_tls
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings
from tests.conftest import CiKit
from tests.mysql.conftest import CONNECT, Project
from tests.support.private_server import PASSWORD, private, run, running
from tests.unit.support import write

SCHEMA = "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata"


@pytest.mark.parametrize(
    ("flags", "charset", "collation"),
    [
        ({}, "utf8mb4", ""),
        ({"collation": "utf8mb4_unicode_ci", "mysql_user": "app"}, "utf8mb4", "utf8mb4_unicode_ci"),
        ({"charset": "euckr"}, "euckr", "euckr_korean_ci"),
    ],
)
def test_a_database_of_the_application_has_the_charset_and_collation_of_the_settings(
    host: Host, server: str, tmp_path: Path, flags: dict[str, str], charset: str, collation: str
) -> None:
    with running(private(host, tmp_path, server, **flags)) as login:
        own = run(login, f"{SCHEMA} WHERE schema_name = 'test'")
        made = run(login, "CREATE DATABASE test_made", f"{SCHEMA} WHERE schema_name = 'test_made'")
    assert made == own
    assert made[0][0] == charset
    assert made[0][1] == (collation or made[0][1])


def test_compressed_tables_work_on_a_disk(host: Host, server: str, tmp_path: Path) -> None:
    create = "CREATE TABLE test.t (id INT PRIMARY KEY) ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8"
    query = (
        "SELECT row_format FROM information_schema.tables WHERE table_name = 't' AND table_schema = 'test'"
    )
    with running(private(host, tmp_path, server, mysql_datadir="/var/tmp")) as login:
        assert run(login, create, query) == [("Compressed",)]
        assert run(login, "SELECT @@innodb_file_per_table") == [(1,)]


def test_performance_schema_shows_the_locks_of_a_transaction(host: Host, mysqld: str, tmp_path: Path) -> None:
    with running(private(host, tmp_path, mysqld)) as login:
        rows = run(
            login,
            "CREATE TABLE test.seat (id INT PRIMARY KEY)",
            "INSERT INTO test.seat VALUES (1)",
            "START TRANSACTION",
            "SELECT * FROM test.seat WHERE id = 1 FOR UPDATE",
            "SELECT lock_mode FROM performance_schema.data_locks WHERE lock_type = 'RECORD'",
        )
    assert rows == [("X,REC_NOT_GAP",)]


@pytest.mark.parametrize("user", ["root", "app"])
def test_a_client_without_tls_and_rsa_logs_in_after_flush_privileges(
    host: Host, server: str, tmp_path: Path, user: str
) -> None:
    write(tmp_path, {"init.sql": "CREATE TABLE t (id INT);\nFLUSH PRIVILEGES;\n"})
    with running(private(host, tmp_path, server, init_sql="init.sql", mysql_user=user)) as login:
        assert run(login, "SELECT 1", ssl_disabled=True) == [(1,)]


def test_the_user_of_the_tests_may_create_databases_of_test_names(
    host: Host, server: str, tmp_path: Path
) -> None:
    with running(private(host, tmp_path, server, mysql_user="app", database="shop")) as login:
        for name in ("shop_test", "shop_test_gw0", "shop_2", "test_shop", "test_anything"):
            run(login, f"CREATE DATABASE {name}", f"CREATE TABLE {name}.t (s VARCHAR(9))")
        for name in ("shopping", "other"):
            with pytest.raises(Error, match="1044"):
                run(login, f"CREATE DATABASE {name}")


def test_an_empty_sql_mode_reaches_the_server(host: Host, server: str, tmp_path: Path) -> None:
    settings = load_settings(tmp_path, {"CI_KIT_SQL_MODE": "none"}, {"mysqld": server})
    with running(PrivateServer(host, settings, PASSWORD)) as login:
        assert run(login, "SELECT @@GLOBAL.sql_mode") == [("",)]


NESTED = {
    "db/parts/tables.sql": "CREATE TABLE part (id INT PRIMARY KEY, name VARCHAR(20));\n",
    "db/1_beside.sql": "SOURCE parts/tables.sql\nINSERT INTO part VALUES (1, 'bolt');\n",
    "db/2_of_the_project.sql": "DROP TABLE part;\nsource db/parts/tables.sql;\n"
    "INSERT INTO part VALUES (2, 'nut');\n",
    "db/3_short.sql": "DROP TABLE part;\n\\. parts/tables.sql\nINSERT INTO part VALUES (3, 'pin');\n",
    "db/4_deep.sql": "SOURCE 3_short.sql\r\n",
    "db/5_column.sql": "CREATE TABLE other (id INT,\nsource VARCHAR(9),\nname VARCHAR(9));\n",
}


def test_source_reads_a_file_relative_to_its_own_folder_or_the_project(
    host: Host, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, NESTED)
    monkeypatch.chdir("/")
    with running(private(host, tmp_path, server, init_sql="db")) as login:
        assert run(login, "SELECT id, name FROM test.part") == [(3, "pin")]
        assert run(login, "SELECT source FROM test.other") == []


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("SOURCE missing.sql\n", "it reads missing.sql with SOURCE"),
        ("SOURCE init.sql\n", "SOURCE leads back to"),
    ],
)
def test_source_of_a_file_that_cannot_be_read_is_one_error(
    host: Host, mariadbd: str, tmp_path: Path, sql: str, why: str
) -> None:
    write(tmp_path, {"init.sql": sql})
    with (
        pytest.raises(UsageError) as caught,
        running(private(host, tmp_path, mariadbd, init_sql="init.sql")),
    ):
        pass
    assert why in caught.value.why


OF_MYSQL = "CREATE TABLE t (s VARCHAR(9)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;\n"
OF_MARIADB = "CREATE TABLE t (s VARCHAR(9)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci;\n"


@pytest.mark.parametrize(("program", "sql"), [("mysqld", OF_MARIADB), ("mariadbd", OF_MYSQL)])
def test_a_refused_dump_of_the_other_product_is_named(
    request: pytest.FixtureRequest, host: Host, tmp_path: Path, program: str, sql: str
) -> None:
    write(tmp_path, {"dump.sql": sql})
    server = private(host, tmp_path, request.getfixturevalue(program), init_sql="dump.sql")
    with pytest.raises(UsageError) as caught, running(server):
        pass
    here, there = ("MySQL", "MariaDB") if program == "mysqld" else ("MariaDB", "MySQL")
    assert f"the file is a dump of {there}, and the server is {here}" in caught.value.why
    assert f"use a {there} server" in caught.value.todo


def test_a_mistake_in_a_dump_of_the_same_product_is_only_that(
    host: Host, mariadbd: str, tmp_path: Path
) -> None:
    write(tmp_path, {"dump.sql": "-- MariaDB dump 10.19-11.4.3-MariaDB\nCREATE TABL t (id INT);\n"})
    server = private(host, tmp_path, mariadbd, init_sql="dump.sql")
    with pytest.raises(UsageError) as caught, running(server):
        pass
    assert "is a dump of" not in caught.value.why


SOCKET = {
    "rows.py": CONNECT,
    "test_socket.py": """\
        import os
        from rows import rows

        def test_the_socket_of_the_client_library_is_the_server_s():
            place = {"unix_socket": os.environ["MYSQL_UNIX_PORT"], "port": 1}
            assert rows("SELECT @@port", **place) == [(int(os.environ["MYSQL_TCP_PORT"]),)]
            assert os.environ["MYSQL_TCP_PORT"] == os.environ["MYSQL_PORT"]
        """,
}


def test_the_variables_of_the_client_library_lead_to_the_server(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(SOCKET)
    ci_kit("run", "--mysqld", server, "--no-coverage", code=0)


def test_a_damaged_template_is_made_anew(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    own = tmp_path / "cache" / "own"
    ci_kit.environ["CI_KIT_CACHE"] = str(own)
    ci_kit("run", "--mysqld", server, "--no-coverage", code=0)
    (data,) = own.glob("templates/*/data/ibdata1")
    with data.open("r+b") as file:
        file.write(os.urandom(1 << 20))
    assert "was damaged" in ci_kit("run", "--mysqld", server, "--no-coverage", code=0).stderr
    # A wrong size, or no list of files, shows before the server starts.
    data.write_bytes(b"half")
    assert "was damaged" not in ci_kit("run", "--mysqld", server, "--no-coverage", code=0).stderr
    (manifest,) = own.glob("templates/*/manifest.json")
    manifest.unlink()
    assert "was damaged" not in ci_kit("run", "--mysqld", server, "--no-coverage", code=0).stderr
    assert manifest.exists()
    assert not list(own.glob("servers/*"))


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"mysql_user": "app"},
        {"mysql_user": "app", "init_sql": "init.sql"},
        {"create_database": False},
    ],
    ids=str,
)
def test_without_warm_logins_the_first_login_of_the_tests_is_cold(
    host: Host, server: str, tmp_path: Path, flags: dict[str, Any]
) -> None:
    write(tmp_path, {"init.sql": "CREATE TABLE t (id INT);\n"})
    is_mysql = server.endswith("mysqld")
    with running(private(host, tmp_path, server, warm_logins=False, **flags)) as login:
        for one in (login, login.as_user("root", PASSWORD)):
            assert can_log_in_without_tls(host, one) is not is_mysql
        run(login, "SELECT 1")
        assert can_log_in_without_tls(host, login)
    with running(private(host, tmp_path, server, **flags)) as login:
        assert can_log_in_without_tls(host, login)


@pytest.mark.parametrize("user", ["root", "app"])
def test_an_empty_password_is_empty_for_every_account(
    host: Host, server: str, tmp_path: Path, user: str
) -> None:
    settings = load_settings(tmp_path, {}, {"mysqld": server, "empty_password": True, "mysql_user": user})
    with running(PrivateServer(host, settings, "")) as login:
        assert login.password == ""
        for one in {user, "root"}:
            assert run(login.as_user(one, ""), "SELECT SUBSTRING_INDEX(USER(), '@', 1)") == [(one,)]


EMPTY = {
    "rows.py": CONNECT,
    "test_empty.py": """\
        import os
        from rows import rows

        def test_the_login_has_no_password():
            assert os.environ["MYSQL_PASSWORD"] == ""
            port = os.environ["MYSQL_PORT"]
            assert os.environ["DATABASE_URL"] == f"mysql://root@127.0.0.1:{port}/test"
            assert rows("SELECT a FROM t") == [(1,)]
        """,
    "init.sql": "CREATE TABLE t (a INT); INSERT INTO t VALUES (1);\n",
}


@pytest.mark.parametrize("replicas", ["0", "1"])
def test_the_tests_get_an_empty_password(ci_kit: CiKit, project: Project, server: str, replicas: str) -> None:
    project(EMPTY)
    flags = ("--mysqld", server, "--empty-password", "--init-sql", "init.sql", "--replicas", replicas)
    ci_kit("run", "--no-coverage", *flags, code=0)


def test_a_server_that_stays_has_the_empty_password(ci_kit: CiKit, project: Project, server: str) -> None:
    project({})
    ci_kit("mysql", "up", "--mysqld", server, "--empty-password", code=0)
    try:
        assert "export MYSQL_PASSWORD=''\n" in ci_kit("mysql", "env", code=0).stdout
        refused = ci_kit("mysql", "up", env={"MYSQL_PASSWORD": "another"}, code=64)
        assert "the running server uses a different mysql-password" in refused.stderr
    finally:
        ci_kit("mysql", "down", code=0)


def test_a_server_id_of_the_project_reaches_the_server(host: Host, server: str, tmp_path: Path) -> None:
    with running(private(host, tmp_path, server, mysql_settings="server-id=77")) as login:
        assert run(login, "SELECT @@server_id") == [(77,)]


@pytest.mark.parametrize("client", [True, False], ids=["client", "driver"])
@pytest.mark.parametrize("name", ["test", "audit"])
def test_an_sql_file_that_creates_a_database_of_the_run_gets_a_hint(
    host: Host, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: bool, name: str
) -> None:
    write(tmp_path, {"init.sql": f"CREATE DATABASE {name};\n"})
    if not client:
        monkeypatch.setattr("ci_kit.mysql.private.server.client_program", lambda *_, **__: None)
    server_with_file = private(host, tmp_path, server, init_sql="init.sql", extra_databases="audit")
    with pytest.raises(UsageError) as caught, running(server_with_file):
        pass
    assert f"ci-kit has already created the database {name}" in caught.value.why
    assert "CREATE DATABASE IF NOT EXISTS" in caught.value.todo


@pytest.mark.parametrize("sql", ["CREATE DATABASE IF NOT EXISTS test;", "CREATE DATABASE other;"])
def test_an_sql_file_may_create_other_databases(host: Host, server: str, tmp_path: Path, sql: str) -> None:
    write(tmp_path, {"init.sql": f"{sql}\nCREATE TABLE t (id INT);\n"})
    with running(private(host, tmp_path, server, init_sql="init.sql")) as login:
        assert run(login, "SELECT id FROM test.t") == []
