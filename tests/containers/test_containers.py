"""ci-kit with a server in a container of a real engine."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import CiKit, assert_in_order, interrupt
from tests.containers.conftest import path_without
from tests.containers.engine import Engine
from tests.mysql.conftest import CONNECT, WAITING, Project
from tests.mysql.test_hostile import HOSTILE, command_lines_with
from tests.support.waiting import wait_until

ROWS = {
    "rows.py": CONNECT,
    "test_rows.py": """\
        import os
        from rows import rows

        def test_rows():
            assert rows("SELECT DATABASE()") == [(os.environ["MYSQL_DATABASE"],)]
            rows("CREATE TABLE t (id INT PRIMARY KEY)")
            rows("INSERT INTO t VALUES (1)", autocommit=True)
            assert rows("SELECT id FROM t") == [(1,)]
        """,
}
"""A project whose test writes a row and reads it."""


def test_two_runs_in_a_row_start_a_server_and_leave_nothing(kit: CiKit, project: Project) -> None:
    project(ROWS)
    for _ in range(2):
        answer = kit("run", code=0)
        assert ", docker (the environment variable CI_KIT_MYSQL), 127.0.0.1:" in answer.stderr


def test_two_workers_have_a_database_each_in_one_container(
    kit: CiKit, project: Project, podman: Engine
) -> None:
    # Both tests create the same table.
    second = ROWS["test_rows.py"].replace("def test_rows", "def test_more_rows")
    folder = project({**ROWS, "test_more.py": second, "init.sql": "CREATE TABLE seed (id INT);"})
    words = ("run", "--workers", "2", "--one-server", "--init-sql", "init.sql", "--database", "shop")
    for _ in range(2):
        answer = kit(*words, code=0)
        assert "2, each with a database of its own" in answer.stderr
        assert "2 passed" in answer.stderr
    assert "workers does not work with mysql = docker" in kit("run", "--workers", "2", code=64).stderr
    assert podman.containers() == set()
    assert (folder / "init.sql").exists()


def test_the_data_is_in_memory_unless_durable_is_set(kit: CiKit, project: Project, podman: Engine) -> None:
    project(ROWS)
    for flags, kind in (([], "tmpfs"), (["--durable"], "")):
        kit("mysql", "up", *flags, code=0)
        (name,) = podman.containers()
        mounts = podman("exec", name, "cat", "/proc/mounts")
        found = re.findall(r"^(\S+) /var/lib/mysql ", mounts, re.MULTILINE)
        assert (found == ["tmpfs"]) == (kind == "tmpfs"), mounts
        kit("mysql", "down", code=0)


def test_passwords_and_names_with_special_characters_work_and_passwords_stay_hidden(
    kit: CiKit, project: Project, podman: Engine
) -> None:
    folder = project(WAITING | ROWS)
    database = 'it\'s `a` "b" $(touch pwned); -- 데이터베이스 100%_.c'
    child = kit.start("run", "-v", "--database", database, env={"MYSQL_PASSWORD": HOSTILE})
    secrets = {"MYSQL_ROOT_PASSWORD=", HOSTILE}
    seen: set[bytes] = set()

    def started() -> bool:
        for secret in secrets:
            seen.update(command_lines_with(secret.encode()))
        return (folder / "started").exists()

    wait_until(started, "the project's test", child=child, pause=0)
    (name,) = podman.containers()
    log = podman("logs", name)
    first = re.search(r"MYSQL_ROOT_PASSWORD=(\S+)", podman("inspect", "--format={{.Config.Env}}", name))
    answer = interrupt(child)
    assert first
    assert seen == set()
    for secret in (HOSTILE, first[1]):
        assert secret not in answer.text
        assert secret not in log
    assert "env MYSQL_ROOT_PASSWORD=***" in answer.stderr
    assert not (folder / "pwned").exists()


def test_a_container_can_have_an_empty_password(kit: CiKit, project: Project) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_empty.py": """\
                import os
                from rows import rows

                def test_empty():
                    assert os.environ["MYSQL_PASSWORD"] == ""
                    assert rows("SELECT SUBSTRING_INDEX(USER(), '@', 1)") == [("root",)]
                """,
        }
    )
    kit("run", "--empty-password", code=0)


def test_a_container_has_the_binary_log_of_a_stock_server(kit: CiKit, project: Project) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_log.py": """\
                from rows import rows

                def test_log():
                    is_mysql = "MariaDB" not in rows("SELECT VERSION()")[0][0]
                    found = rows("SELECT @@log_bin, @@sync_binlog, @@max_binlog_size")
                    assert found == [(is_mysql, 0, 16 << 20)]
                """,
        }
    )
    kit("run", code=0)


def test_the_first_password_of_the_image_does_not_work_after_the_server_is_ready(
    kit: CiKit, project: Project, podman: Engine
) -> None:
    project({})
    kit("mysql", "up", code=0)
    (name,) = podman.containers()
    # In the container, root connects from localhost (socket) or from 127.0.0.1 (TCP).
    script = '"$(command -v mysql || command -v mariadb)" --no-defaults -uroot $0 -e "SELECT 1"'
    for place in ("--protocol=TCP", "--socket=/run/mysqld/mysqld.sock"):
        login = ("sh", "-c", f'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" {script} 2>&1 || true', place)
        assert "Access denied" in podman("exec", name, *login)
    kit("mysql", "down", code=0)


def test_all_settings_of_a_project_take_effect(kit: CiKit, project: Project) -> None:
    project(
        {
            "pyproject.toml": """\
                [tool.ci-kit]
                database = "main_app"
                extra-databases = ["audit"]
                mysql-user = "meeting"
                sql-mode = "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES"
                mysql-settings = ["max_allowed_packet=32M", "init_connect=SET @a = 'b c#d'"]
                docker-args = ["--hostname", "the-database"]
                init-sql = ["schema.sql"]
                """,
            "schema.sql": 'CREATE TABLE "t" (a TEXT); INSERT INTO "t" VALUES (\'back\\slash\');',
            "rows.py": CONNECT,
            "test_settings.py": """\
                from datetime import datetime
                from zoneinfo import ZoneInfo
                from rows import rows

                def test_settings():
                    (mode,), = rows("SELECT @@GLOBAL.sql_mode")
                    wanted = {"ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "STRICT_ALL_TABLES"}
                    assert set(mode.split(",")) == wanted
                    assert rows("SELECT @@max_allowed_packet, @@hostname, @a") == [
                        (32 << 20, "the-database", "b c#d")
                    ]

                def test_login():
                    login = rows("SELECT SUBSTRING_INDEX(USER(), '@', 1), DATABASE()")
                    assert login == [("meeting", "main_app")]
                    rows("CREATE TABLE t (id INT)", database="audit")

                def test_filled():
                    assert rows("SELECT a FROM t") == [("back" + chr(92) + "slash",)]

                def test_zone():
                    (now, moved), = rows(
                        "SELECT NOW(), CONVERT_TZ('2026-01-01 00:00:00', 'UTC', 'Asia/Seoul')"
                    )
                    assert moved == datetime(2026, 1, 1, 9)
                    assert abs((datetime.now(ZoneInfo("Asia/Seoul")).replace(tzinfo=None) - now)
                        .total_seconds()) < 60
                """,
        }
    )
    kit("run", env={"MYSQL_PASSWORD": "it's a \\ back'slash"}, code=0)


TRIGGER = """\
DELIMITER $$
CREATE TRIGGER upper_name BEFORE INSERT ON meeting FOR EACH ROW
BEGIN
    SET NEW.name = UPPER(NEW.name);
END$$
DELIMITER ;
"""


@pytest.mark.parametrize("client", [True, False], ids=["client", "no-client"])
def test_sql_that_needs_a_client_program_works_with_and_without_one_on_the_machine(
    kit: CiKit, project: Project, podman: Engine, tmp_path: Path, client: bool
) -> None:
    project(
        {
            "schema.sql": "CREATE TABLE meeting (name TEXT); -- 회의; 표\n",
            "trigger.sql": TRIGGER,
            "rows.sql": "INSERT INTO meeting VALUES ('하나 one');\n",
            "rows.py": CONNECT,
            "test_filled.py": """\
                from rows import rows

                def test_filled():
                    assert rows("SELECT name FROM meeting") == [("하나 ONE",)]
                """,
        }
    )
    env = {} if client else {"PATH": podman.path(str(path_without(tmp_path, hidden=("mysql", "mariadb"))))}
    kit("run", "--init-sql", "schema.sql trigger.sql rows.sql", env=env | {"MYSQL_PASSWORD": HOSTILE}, code=0)
    (Path(kit.cwd) / "rows.sql").write_text("SELEKT 1;")
    answer = kit("run", "--init-sql", "schema.sql trigger.sql rows.sql", env=env, code=64)
    assert_in_order(answer.stderr, ["rows.sql", "--init-sql", "1064", "SELEKT"])


def test_a_server_of_mysql_up_stays_between_commands(kit: CiKit, project: Project, podman: Engine) -> None:
    project(ROWS)
    kit("mysql", "up", "--database", "kept", code=0)
    (name,) = podman.containers(running=True)
    assert "is already up" in kit("mysql", "up", code=0).stderr
    status = json.loads(kit("mysql", "status", "--json", code=0).stdout)
    assert (status["kind"], status["database"], status["place"]) == ("docker", "kept", f"podman {name}")
    variables = json.loads(kit("mysql", "env", "--json", code=0).stdout)
    login = {name: variables[name] for name in ("MYSQL_HOST", "MYSQL_PASSWORD", "MYSQL_DATABASE")}
    kit("run", "--mysql", "external", "--mysql-port", variables["MYSQL_PORT"], env=login, code=0)
    kit("run", code=0)
    assert podman.containers(running=True) == {name}
    kit("mysql", "down", code=0)
    assert "no server is up" in kit("mysql", "env", code=69).stderr


@pytest.mark.parametrize("client", [True, False], ids=["client", "no-client"])
def test_the_shell_takes_the_client_of_the_machine_or_of_the_image(
    kit: CiKit, project: Project, podman: Engine, tmp_path: Path, client: bool
) -> None:
    project({})
    env = {} if client else {"PATH": podman.path(str(path_without(tmp_path, hidden=("mysql", "mariadb"))))}
    kit("mysql", "up", "--database", "kept", env={"MYSQL_PASSWORD": HOSTILE}, code=0)
    done = kit("mysql", "shell", "--", "--skip-column-names", "--execute=SELECT DATABASE()", env=env, code=0)
    assert done.stdout.strip() == "kept"
    kit("mysql", "down", code=0)


def test_mysql_up_replaces_a_server_that_was_killed(kit: CiKit, project: Project, podman: Engine) -> None:
    project({})
    kit("mysql", "up", code=0)
    (first,) = podman.containers()
    podman("kill", first)
    assert "none" in kit("mysql", "status", code=0).stdout
    assert podman.containers() == set()
    kit("mysql", "up", code=0)
    kit("mysql", "down", code=0)


def test_auto_uses_a_container_if_there_is_no_server_program(kit: CiKit, project: Project) -> None:
    project(ROWS)
    answer = kit.without_server("run", env={"CI_KIT_MYSQL": "auto"})
    assert answer.code == 0, answer.text
    assert (
        "docker (not on a GitHub-hosted runner, no server program was found, but podman was)" in answer.stderr
    )


def test_the_official_image_is_used_if_no_program_has_the_version(
    kit: CiKit, project: Project, podman: Engine, server_image: str
) -> None:
    project(ROWS)
    wanted = "mariadb-10.11" if "mariadb" in server_image else "9.7"
    image = f"localhost/{'mariadb:10.11' if 'mariadb' in server_image else 'mysql:9.7'}"
    podman("create", "--name=official", server_image)
    podman("commit", "--quiet", "official", image)
    podman("rm", "--volumes", "official")
    try:
        env = {"CI_KIT_MYSQL": "auto", "CI_KIT_MYSQL_IMAGE": "", "CI_KIT_MYSQL_VERSION": wanted}
        answer = kit.without_server("run", env=env)
        assert answer.code == 0, answer.text
        assert ", docker (no server program is M" in answer.stderr
        assert "but podman was found)" in answer.stderr
        both = kit.without_server("run", env=env | {"CI_KIT_MYSQL_IMAGE": server_image})
        assert both.code == 64
        assert "mysql-version and mysql-image both choose the server" in both.stderr
    finally:
        podman("rmi", image)


def test_a_dry_run_prints_every_step_without_an_engine(kit: CiKit, project: Project, tmp_path: Path) -> None:
    project(ROWS)
    env = {
        "PATH": str(path_without(tmp_path, hidden=("docker", "podman"))),
        "MYSQL_PASSWORD": "the-secret-word",
        "CI_KIT_MYSQL_IMAGE": "mysql:9",
        "CI_KIT_DOCKER_ARGS": "--memory 1g",
    }
    answer = kit("run", "--dry-run", env=env, code=0)
    assert "the-secret-word" not in answer.text
    assert_in_order(
        answer.stdout,
        [
            "docker pull mysql:9",
            "env MYSQL_ROOT_PASSWORD=*** docker run --detach --pull=never --name=ci-kit-mysql-",
            "--publish=127.0.0.1::3306 --env=MYSQL_ROOT_PASSWORD --env=TZ=Asia/Seoul",
            "--tmpfs=/var/lib/mysql --memory 1g mysql:9 --loose_mysqlx=OFF --innodb_flush_log_at",
            "docker port ci-kit-mysql-",
            "mysql> ALTER USER 'root'@'localhost' IDENTIFIED",
            "mysql> CREATE DATABASE `test`",
            "-m coverage run -m pytest",
            "docker rm --force --volumes ci-kit-mysql-",
        ],
    )


def test_a_verbose_run_prints_the_same_lines_as_the_dry_run(kit: CiKit, project: Project) -> None:
    project(ROWS)
    dry = kit("run", "--dry-run", code=0).stdout.splitlines()
    real = kit("run", "-v", code=0).stderr.splitlines()
    printed = [_without_names(line) for line in real]
    assert [line for line in map(_without_names, dry) if line not in printed] == []


def _without_names(line: str) -> str:
    """The line without random names and ports, which differ from run to run."""
    return re.sub(r"(mysql-|run-|servers/)[0-9a-f]{8}|\b\d{4,5}\b", "N", line)
