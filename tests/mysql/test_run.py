"""The main job on real servers, called as a user calls it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import SAMPLE, CiKit, assert_in_order
from tests.mysql.conftest import CONNECT, Project

pytestmark = pytest.mark.usefixtures("nothing_left")


@pytest.fixture
def sample(ci_kit: CiKit, tmp_path: Path, sample_python: str) -> CiKit:
    """ci-kit in a copy of the sample app, with the sample's own Python."""
    copy = tmp_path / "meeting"
    shutil.copytree(
        SAMPLE, copy, ignore=shutil.ignore_patterns(".venv", "__pycache__", ".coverage", ".pytest_cache")
    )
    return CiKit(copy, ci_kit.environ | {"CI_KIT_PYTHON": sample_python})


def test_the_sample_passes_with_a_coverage_table_twice_in_a_row(sample: CiKit, server: str) -> None:
    for _ in range(2):
        answer = sample("run", "--mysqld", server, code=0)
        assert_in_order(answer.stdout, [" passed", "Stmts", "TOTAL"])
        assert_in_order(answer.stderr, ["timezone   Asia/Seoul", "mysql ", "result     Tests passed: "])


def test_the_sample_without_tests_is_skipped_with_one_line(sample: CiKit, server: str) -> None:
    shutil.rmtree(sample.cwd / "tests")
    (sample.cwd / "tests").mkdir()
    answer = sample("run", "--mysqld", server, code=0)
    (line,) = [line for line in answer.stderr.splitlines() if "no tests" in line]
    assert re.fullmatch(r"tests      there are no tests to collect: skipped, \d+\.\d s", line)


def test_one_failing_test_of_the_sample_fails_the_run(sample: CiKit, server: str) -> None:
    (sample.cwd / "tests" / "test_more.py").write_text("def test_false() -> None:\n    assert False\n")
    answer = sample("run", "--mysqld", server, code=1)
    assert "1 failed" in answer.stderr


def test_a_broken_conftest_of_the_sample_fails_the_run(sample: CiKit, server: str) -> None:
    (sample.cwd / "tests" / "conftest.py").write_text("import no_such_module\n")
    answer = sample("run", "--mysqld", server, code=4)
    assert "no_such_module" in answer.text


def test_the_environment_of_the_tests_names_the_time_zone_the_server_and_the_database(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(
        {
            "pyproject.toml": '[tool.ci-kit]\ndatabase = "when2meet"\ntimezone = "Asia/Seoul"\n',
            "rows.py": CONNECT,
            "test_env.py": """\
                import datetime, os, time
                from urllib.parse import unquote, urlsplit
                from rows import rows

                def test_zone():
                    assert os.environ["TZ"] == "Asia/Seoul"
                    assert time.strftime("%Z") == "KST"
                    assert rows("SELECT TIMESTAMPDIFF(MINUTE, UTC_TIMESTAMP(), NOW())") == [(540,)]

                def test_database():
                    assert rows("SELECT DATABASE(), @@character_set_database") == [("when2meet", "utf8mb4")]
                    assert os.environ["MYSQL_DB"] == os.environ["MYSQL_DATABASE"] == "when2meet"

                def test_url():
                    url = urlsplit(os.environ["DATABASE_URL"])
                    assert (url.scheme, url.hostname, url.username) == ("mysql", "127.0.0.1", "root")
                    assert unquote(url.password) == os.environ["MYSQL_PASSWORD"]
                    assert url.port == int(os.environ["MYSQL_PORT"])
                    assert url.path == "/when2meet"
                """,
        }
    )
    ci_kit("run", "--mysqld", server, code=0)


def test_another_user_has_rights_on_the_database_and_on_test_databases(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_user.py": """\
                import pytest
                from mysql.connector.errors import ProgrammingError
                from rows import rows

                def test_rights():
                    assert rows("SELECT CURRENT_USER()")[0][0].startswith("meeting@")
                    rows("CREATE TABLE t (id INT)")
                    rows("CREATE DATABASE test_meeting")
                    with pytest.raises(ProgrammingError):
                        rows("CREATE DATABASE other")
                """,
        }
    )
    ci_kit("run", "--mysqld", server, "--mysql-user", "meeting", "--database", "my_app", code=0)


def test_another_user_has_rights_on_the_database_with_partial_revokes(
    ci_kit: CiKit, project: Project, mysqld: str
) -> None:
    project(
        {
            "rows.py": CONNECT,
            "test_it.py": "from rows import rows\n\ndef test_it():\n    rows('CREATE TABLE t (id INT)')\n",
        }
    )
    flags = ["--mysql-user", "meeting", "--database", "my_app", "--mysql-settings", "partial_revokes=ON"]
    ci_kit("run", "--mysqld", mysqld, *flags, code=0)


def test_a_dry_run_prints_every_step_in_order_and_changes_nothing(
    ci_kit: CiKit, project: Project, server: str, tmp_path: Path
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    before = _listing(tmp_path)
    answer = ci_kit("run", "--dry-run", "--mysqld", server, env={"MYSQL_PASSWORD": "the-secret-word"}, code=0)
    assert _listing(tmp_path) == before
    assert "the-secret-word" not in answer.text
    assert_in_order(
        answer.stdout,
        [
            "cp -r ",
            "ALTER USER 'root'@'localhost' IDENTIFIED /*!80000 WITH caching_sha2_password */ BY '***'",
            f"{server} --no-defaults",
            "mysql> CREATE DATABASE `test` CHARACTER SET `utf8mb4`;",
            "-m coverage run -m pytest",
            "-m coverage report -m",
            "kill -KILL",
            "rm -rf ",
        ],
    )


def _listing(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def test_a_verbose_run_prints_the_same_lines_as_the_dry_run(
    ci_kit: CiKit, project: Project, server: str
) -> None:
    project({"test_it.py": "def test_it():\n    pass\n"})
    ci_kit("run", "--mysqld", server, code=0)
    dry = ci_kit("run", "--dry-run", "--mysqld", server, code=0).stdout.splitlines()
    real = ci_kit("run", "-v", "--mysqld", server, code=0).stderr.splitlines()
    printed = [_without_names(line) for line in real]
    assert [line for line in map(_without_names, dry) if line not in printed] == []


def _without_names(line: str) -> str:
    """The line without random names, ports and process ids, which differ from run to run."""
    import re

    return re.sub(r"(mysql-|run-|servers/)[0-9a-f]{8}|\b\d{4,5}\b|-\$!|-\d+(?=  #)", "N", line)
