"""`ci-kit doctor`: what it tells is what a run would do, and its exit code is that of a run."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

from tests.unit.support import exit_code, write

pytestmark = [pytest.mark.usefixtures("restored_signals"), pytest.mark.usefixtures("cache")]

NO_SERVER = '[tool.ci-kit]\nmysql = "off"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"pyproject.toml": NO_SERVER, ".git/HEAD": ""})
    monkeypatch.setenv("CI_KIT_PYTHON", sys.executable)
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


def test_a_complete_machine_has_no_problem(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("doctor", "-C", project, "--timezone", "UTC") == 0
    printed = capsys.readouterr().out
    assert "timezone   UTC, this run alone (from --timezone)\n" in printed
    assert "server     none (mysql is off by [tool.ci-kit] mysql in pyproject.toml)\n" in printed
    assert printed.endswith("`ci-kit run` has what it needs.\n")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("--timezone", "Mars/Base"), 64, "unknown time zone 'Mars/Base'"),
        (("--python", "no-such-python"), 69, "cannot run no-such-python"),
        (("--mysql", "private", "--mysqld", "no-such-server"), 64, "no-such-server is not an executable"),
        (("--test-command", "python missing.py"), 64, "there is no missing.py"),
    ],
)
def test_a_problem_is_that_of_a_run(
    words: tuple[str, ...], code: int, error: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("doctor", "-C", project, *words) == code
    printed = capsys.readouterr().out
    assert error in printed
    assert printed.endswith("`ci-kit run` would fail: 1 problem, see above.\n")
    assert exit_code("run", "-C", project, *words) == code
    assert error in capsys.readouterr().err


def test_an_external_server_that_does_not_answer_is_a_problem(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as bound:
        # Bound and not listening: nothing answers there.
        bound.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{bound.getsockname()[1]}"
        words = ("--mysql", "external", "--mysql-host", "127.0.0.1", "--mysql-port", address.split(":")[1])
        assert exit_code("doctor", "-C", project, *words) == 69
    assert f"no server answers at {address}" in capsys.readouterr().out


def test_every_problem_is_shown_and_the_first_one_gives_the_code(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--python", "no-such-python", "--mysql", "private", "--mysqld", "no-such-server")
    assert exit_code("doctor", "-C", project, *words) == 69
    printed = capsys.readouterr().out
    assert "no-such-python" in printed
    assert "no-such-server" in printed
    assert "2 problems" in printed


def test_json_has_the_same_facts_and_problems(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("doctor", "-C", project, "--json", "--timezone", "Mars/Base") == 64
    found = json.loads(capsys.readouterr().out)
    assert found["exit_code"] == 64
    assert found["timezone"]["problem"]["what"] == "unknown time zone 'Mars/Base'"
    assert found["server"] == {"kind": "off", "problem": None}
    assert found["settings"]["timezone"] == {"value": "Mars/Base", "source": "--timezone"}
    assert found["tests"]["commands"] == ["pytest"]


def test_no_password_is_shown(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_KIT_MYSQL_PASSWORD", "the-password-of-root")
    exit_code("doctor", "-C", project, "--database", "the-password-of-root")
    printed = capsys.readouterr()
    assert "the-password-of-root" not in printed.out + printed.err
    assert "mysql-password = ***" in printed.out


def test_it_changes_nothing(project: Path, cache: Path) -> None:
    before = sorted(project.rglob("*"))
    exit_code("doctor", "-C", project, "--mysql", "private")
    assert sorted(project.rglob("*")) == before
    assert not list(cache.rglob("*"))
