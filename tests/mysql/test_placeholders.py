"""What is made from the server for the tests: variables with texts, arguments of pytest, connection files."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from ci_kit.host.machine import Host
from ci_kit.mysql.client.program import find_client
from tests.conftest import CiKit, finish
from tests.mysql.conftest import WAITING, Project
from tests.support.waiting import wait_until
from tests.unit.support import file_command

pytestmark = pytest.mark.usefixtures("nothing_left")

PASSWORD = "p@ss w/o:r#d%41?&'\"\\한"
TEMPLATES = {
    "tests/my.cnf.in": """\
        [client]
        host={host}
        port={port}
        user={user}
        password="{password}"
        """,
    "login.json.in": """\
        {"host": "{host}", "port": {port}, "user": "{user}", "password": "{password}", "x": {}}
        """,
}
FILES = 'files = { "tests/my.cnf" = "tests/my.cnf.in", "login.json" = "login.json.in" }\n'
SUITE = {
    **TEMPLATES,
    "pyproject.toml": """\
        [tool.ci-kit]
        coverage = false
        standard-variables = false
        env = { ADDRESS = "{host}:{port}", LOGIN = "mysql+x://{user}:{password}@{host}:{port}/{database}" }
        pytest-args = ["--server={host} {port}", "--braces={{host}}"]
        """
    + FILES,
    "conftest.py": """\
        def pytest_addoption(parser):
            parser.addoption("--server")
            parser.addoption("--braces")
        """,
    "test_login.py": """\
        import json, os, subprocess
        from urllib.parse import unquote, urlsplit
        from mysql.connector import connect

        def port(**login):
            with connect(**login, collation="utf8mb4_general_ci", use_pure=True) as connection:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT @@port")
                    return cursor.fetchall()[0][0]

        def test_everything_leads_to_the_server(request):
            with open("login.json") as file:
                login = json.load(file)
            assert login.pop("x") == {}
            assert port(**login) == login["port"]
            assert os.environ["ADDRESS"] == f"127.0.0.1:{login['port']}"
            assert request.config.getoption("--server") == f"127.0.0.1 {login['port']}"
            assert request.config.getoption("--braces") == "{host}"
            url = urlsplit(os.environ["LOGIN"])
            assert port(host=url.hostname, port=url.port, user=url.username, password=unquote(url.password))

        def test_the_client_program_reads_the_option_file():
            asked = [os.environ["CLIENT"], "--defaults-file=tests/my.cnf", "-Ne", "SELECT 1"]
            assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "1\\n"

        def test_no_standard_variable_is_there():
            names = {name for name in os.environ if name.startswith("MYSQL_") or name == "DATABASE_URL"}
            assert names == set()
        """,
}


@pytest.mark.parametrize("replicas", ["0", "1"])
def test_variables_arguments_and_files_lead_to_the_server(
    ci_kit: CiKit, project: Project, server: str, replicas: str, tmp_path: Path
) -> None:
    folder = project(SUITE)
    exported = tmp_path / "env"
    env = {
        "CLIENT": find_client(Host(), near=Path(server)),
        "CI_KIT_MYSQL_PASSWORD": PASSWORD,
        "GITHUB_ACTIONS": "true",
        "GITHUB_ENV": str(exported),
    }
    before = sorted(folder.rglob("*.*"))
    words = ("--mysqld", server, "--replicas", replicas, "--history", "none")
    answer = ci_kit("run", "-v", *words, env=env, code=0)
    assert PASSWORD not in answer.stderr
    assert sorted(path for path in folder.rglob("*.*") if "cache" not in str(path)) == before
    try:
        later = file_command(exported.read_text(encoding="utf-8"))
        assert later.keys() == {"TZ", "ADDRESS", "LOGIN"}
        # Without the flags of the start, the kept server still has the same texts.
        shown = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        assert shown == later
    finally:
        ci_kit("mysql", "down", code=0)


@pytest.mark.parametrize("command", ["pytest", "python -c 'raise SystemExit(1)'", "true"])
def test_no_message_about_a_command_shows_the_password(
    ci_kit: CiKit, project: Project, mysqld: str, command: str, tmp_path: Path
) -> None:
    project({"test_a.py": "def test_a(): ...\n", "conftest.py": SUITE["conftest.py"]})
    page = tmp_path / "page"
    env = {"CI_KIT_MYSQL_PASSWORD": PASSWORD, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)}
    line = f"{command} -k none --server=x{{password}}"
    answer = ci_kit("run", "-v", "--no-keep-mysql", "--mysqld", mysqld, "--test-command", line, env=env)
    assert answer.code == {"pytest": 5, "true": 0}.get(command, 1), answer.text
    shown = answer.text.replace(f"::add-mask::{PASSWORD.replace('%', '%25')}", "")
    for text in (shown, page.read_text(encoding="utf-8")):
        assert "w/o:r#d" not in text


def test_a_kept_server_keeps_texts_and_gets_new_ones(ci_kit: CiKit, project: Project, server: str) -> None:
    project({})
    ci_kit("mysql", "up", "--mysqld", server, "--env", "ADDRESS={host}:{port} A=1", code=0)
    try:
        ci_kit("mysql", "up", "--env", "A=2", "--env", "B={database}", code=0)
        found = json.loads(ci_kit("mysql", "env", "--json", code=0).stdout)
        assert found["ADDRESS"] == f"127.0.0.1:{found['MYSQL_PORT']}"
        assert (found["A"], found["B"]) == ("2", found["MYSQL_DATABASE"])
    finally:
        ci_kit("mysql", "down", code=0)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('env = { A = "{hots}" }', "unknown placeholder {hots}"),
        ('pytest-args = ["--port={prot}"]', "unknown placeholder {prot}"),
        ('files = { "a.cnf" = "missing.in" }', "cannot read the template missing.in"),
        ('files = { "a.cnf" = "wrong.in" }', "it is in wrong.in, line 1"),
        ('files = { "test_a.py" = "wrong.in" }', "test_a.py already exists"),
    ],
)
def test_a_wrong_placeholder_ends_the_run_before_a_server_starts(
    ci_kit: CiKit, project: Project, mysqld: str, line: str, expected: str
) -> None:
    folder = project(
        {
            "pyproject.toml": f"[tool.ci-kit]\n{line}\n",
            "wrong.in": "{user}{x}\n",
            "test_a.py": "raise OSError",
        }
    )
    answer = ci_kit("run", "-v", "--mysqld", mysqld, code=64)
    assert expected in answer.stderr
    assert "mysqld" not in answer.stderr
    assert (folder / "test_a.py").read_text(encoding="utf-8") == "raise OSError"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_files_of_an_interrupted_run_go_away(
    ci_kit: CiKit, project: Project, server: str, number: signal.Signals
) -> None:
    folder = project(WAITING | TEMPLATES | {"pyproject.toml": f"[tool.ci-kit]\ncoverage = false\n{FILES}"})
    run = ci_kit.start("run", "--mysqld", server)
    started = folder / "started"
    wait_until(started.exists, "the test has started")
    assert (folder / "login.json").exists()
    run.send_signal(number)
    if number == signal.SIGKILL:
        finish(run)
        os.kill(int(started.read_text(encoding="utf-8")), signal.SIGKILL)
        # The next run removes what this one left, and needs the same names.
        project({"test_waiting.py": "def test_a(): assert open('login.json').read()\n"})
        ci_kit("run", "--mysqld", server, code=0)
    else:
        assert finish(run).code == 128 + number
    assert not (folder / "login.json").exists()
    assert not (folder / "tests/my.cnf").exists()
