"""Test commands that are not pytest, on real servers."""

from __future__ import annotations

import pytest

from tests.conftest import CiKit
from tests.mysql.conftest import CONNECT, Project

pytestmark = pytest.mark.usefixtures("nothing_left")

FILES = {
    "pyproject.toml": '[tool.ci-kit]\ndatabase = "shop"\n',
    "rows.py": CONNECT,
    "check.py": """\
        import sys
        from rows import rows

        rows("CREATE TABLE IF NOT EXISTS item (name VARCHAR(9))")
        found = rows("SELECT DATABASE(), COUNT(*) FROM item")
        print("found", found)
        sys.exit(found != [("shop", 0)])
        """,
    "test_item.py": """\
        import unittest
        from rows import rows

        class Items(unittest.TestCase):
            def test_database(self):
                self.assertEqual(rows("SELECT DATABASE()"), [("shop",)])
        """,
}


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        ("python check.py", "Tests passed: counts unknown, coverage "),
        ("python -m unittest", "Tests passed: counts unknown, coverage "),
        ("sh -c 'exec python check.py'", "Tests passed: counts unknown, "),
        ("pytest\npython check.py", "Tests passed: 1 passed, counts of 1 command unknown, coverage "),
        (
            "python check.py\npython -c 'import sys, rows; sys.exit(7)'\npytest",
            "Tests failed, exit code 7 of ",
        ),
    ],
)
def test_every_command_reaches_the_server(
    lines: str, result: str, ci_kit: CiKit, project: Project, server: str
) -> None:
    project(FILES)
    answer = ci_kit("run", "--mysqld", server, "--test-command", lines, code=7 if "7" in result else 0)
    assert result in answer.stderr
    if "check" in lines:
        assert "found [('shop', 0)]" in answer.stdout


@pytest.mark.parametrize(
    ("line", "code", "message", "starts"),
    [
        ("python none.py", 64, "there is no none.py", False),
        ("./none.sh", 64, "there is no file", False),
        ("coverage run check.py", 64, "test-command starts coverage", False),
        ("none-such", 69, "neither in the project's environment nor on the PATH", True),
        ("python -m none_such", 69, "the project's Python has no none_such", True),
    ],
)
def test_a_command_that_cannot_start_ends_the_run_before_the_tests(
    line: str, code: int, message: str, starts: bool, ci_kit: CiKit, project: Project, server: str
) -> None:
    project(FILES)
    answer = ci_kit("run", "-v", "--mysqld", server, f"--test-command={line}", code=code)
    assert message in answer.stderr
    # The last two are known only when the project's Python has answered, while the server boots.
    assert (server in answer.stderr) is starts
    assert "result " not in answer.stderr
