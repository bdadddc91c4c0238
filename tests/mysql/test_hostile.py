"""Passwords and names with special characters in a whole run: they work, and passwords stay hidden."""

from __future__ import annotations

import pytest

from tests.conftest import CiKit, assert_in_order, command_lines, interrupt
from tests.mysql.conftest import CONNECT, WAITING, Project
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("nothing_left")


HOSTILE = "it's \"a\\ `touch pwned` $(touch pwned); -- 비밀번호 🔑\nof two lines"


def test_a_short_password_is_hidden_in_a_dry_run_and_a_verbose_run(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({"a.sql": "SELECT 1", "test_it.py": "def test_it():\n    pass\n"})
    for flag in ("--dry-run", "-v"):
        call = ("run", flag, "--mysqld", server, "--init-sql", "a.sql")
        assert "xq7" not in ci_kit(*call, env={"CI_KIT_MYSQL_PASSWORD": "xq7"}, code=0).text


@pytest.mark.parametrize("password", [HOSTILE, "1234"])
def test_a_password_works_and_stays_hidden(
    ci_kit: CiKit, project: Project, server: str, password: str
) -> None:
    folder = project(
        {
            "rows.py": CONNECT,
            "test_login.py": """\
                import os
                from rows import rows

                def test_login():
                    assert rows("SELECT 1") == [(1,)]
                    assert os.environ["MYSQL_PASSWORD"] == os.environ["CI_KIT_MYSQL_PASSWORD"]
                """,
        }
    )
    answer = ci_kit("run", "-v", "--mysqld", server, env={"CI_KIT_MYSQL_PASSWORD": password}, code=0)
    if len(password) > 4:
        assert password not in answer.text
    assert not (folder / "pwned").exists()


def test_a_database_name_with_special_characters_works(ci_kit: CiKit, project: Project, server: str) -> None:
    database = 'it\'s `a` "b" $(touch pwned); -- 데이터베이스 100%_.c'
    folder = project(
        {
            "rows.py": CONNECT,
            "test_name.py": """\
                import os
                from rows import rows

                def test_name():
                    assert rows("SELECT DATABASE()") == [(os.environ["WANTED"],)]
                """,
        }
    )
    ci_kit("run", "--mysqld", server, "--database", database, env={"WANTED": database}, code=0)
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--charset", "utf8mb5"], ["does not support the charset 'utf8mb5'", "did you mean utf8mb4"]),
        (["--charset", "!"], ["does not support the charset '!'", "do:  the default is utf8mb4"]),
        (
            ["--collation", "latin1_swedish_ci"],
            ["the collation 'latin1_swedish_ci'", "did you mean", "utf8mb4_"],
        ),
        (["--collation", "utf8mb4_unikode_ci"], ["did you mean utf8mb4_unicode_ci or "]),
        (["--database", "mysql"], ["belongs to the server itself"]),
    ],
)
def test_a_wrong_database_setting_is_reported(
    ci_kit: CiKit, project: Project, server: str, flags: list[str], expected: list[str]
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    answer = ci_kit("run", "--mysqld", server, *flags, code=64)
    assert_in_order(answer.stderr, expected)


def test_no_process_list_shows_the_password(ci_kit: CiKit, project: Project, server: str) -> None:
    folder = project(WAITING)
    secret = "the-secret-word"
    child = ci_kit.start("run", "-v", "--mysqld", server, env={"MYSQL_PASSWORD": secret})
    seen: set[bytes] = set()

    def started() -> bool:
        seen.update(command_lines_with(secret.encode()))
        return (folder / "started").exists()

    wait_until(started, "the project's test", child=child, pause=0)
    answer = interrupt(child)
    assert seen == set()
    assert secret not in answer.text


def command_lines_with(text: bytes) -> set[bytes]:
    return {line for _, line in command_lines() if text in line}
