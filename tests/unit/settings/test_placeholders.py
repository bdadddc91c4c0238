"""Placeholders in the user's texts: which braces are one, their values, and errors before a server starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_kit.errors import UsageError
from ci_kit.settings.loading import load_settings
from ci_kit.settings.pairs import Pair
from ci_kit.settings.placeholders import fill
from ci_kit.settings.variables import FIELDS

VALUES = {
    "host": "127.0.0.1",
    "port": "3307",
    "password": "p@ss w/o:r#d%",
    "socket": "/run/it.sock",
    "url": "mysql://root:p%40@127.0.0.1:3307/test",
    "replica-host": "::1",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{host}:{port}", "127.0.0.1:3307"),
        ("{password}", "p@ss w/o:r#d%"),
        ("no placeholder", "no placeholder"),
        ("{{host}}", "{host}"),
        ("{{{host}}}", "{{host}}"),
        ("${{ matrix.host }} {} { host } {0} {2,3} {HOST} {'host': 1}",) * 2,
        ('{"port": {port}}', '{"port": 3307}'),
        # In a URL, values are encoded; a whole URL is not encoded again.
        ("mysql+pymysql://root:{password}@{host}:{port}/x", None),
        ("--dburi=mysql://:{password}@{host}", "--dburi=mysql://:p%40ss%20w%2Fo%3Ar%23d%25@127.0.0.1"),
        ("mysql://h/x?unix_socket={socket}", "mysql://h/x?unix_socket=%2Frun%2Fit.sock"),
        ("mysql://{replica-host}:1", "mysql://[::1]:1"),
        ("see http://x.test or {password}", "see http://x.test or p@ss w/o:r#d%"),
        ("{url}?charset=utf8mb4", "mysql://root:p%40@127.0.0.1:3307/test?charset=utf8mb4"),
    ],
)
def test_a_text_is_filled_in(text: str, expected: str | None) -> None:
    full = "mysql+pymysql://root:p%40ss%20w%2Fo%3Ar%23d%25@127.0.0.1:3307/x"
    assert fill(text, VALUES) == (full if expected is None else expected)


def wrong(root: Path, *lines: str, environ: dict[str, str] | None = None, args: tuple[str, ...] = ()) -> str:
    """The message about wrong settings."""
    (root / "pyproject.toml").write_text("\n".join(("[tool.ci-kit]", *lines)), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_settings(root, environ or {}, pytest_args=args)
    return "\n".join(caught.value.lines())


@pytest.mark.parametrize("text", ["A={hosts}", "A={host}:{hst}", "A={hosts}\\n{port}"])
@pytest.mark.parametrize("setting", ["env", "pytest-args", "test-command"])
def test_an_unknown_placeholder_is_an_error_with_its_source(setting: str, text: str, tmp_path: Path) -> None:
    message = wrong(tmp_path, f"{setting} = {json.dumps([text])}")
    assert "unknown placeholder {h" in message
    assert "did you mean 'host'?" in message
    assert f"[tool.ci-kit] {setting} in pyproject.toml" in message


@pytest.mark.parametrize(
    ("environ", "args", "source"),
    [
        ({"CI_KIT_ENV": "A={hots}"}, (), "the environment variable CI_KIT_ENV"),
        ({"CI_KIT_PYTEST_ARGS": "--port={hots}"}, (), "the environment variable CI_KIT_PYTEST_ARGS"),
        ({}, ("-k", "{hots}"), "the arguments after --"),
    ],
)
def test_the_error_names_any_source(
    environ: dict[str, str], args: tuple[str, ...], source: str, tmp_path: Path
) -> None:
    message = wrong(tmp_path, environ=environ, args=args)
    assert f"it is in {source}" in message
    assert "write {{hots}} for the text {hots}" in message


def test_a_word_near_to_none_comes_with_all_placeholders(tmp_path: Path) -> None:
    message = wrong(tmp_path, 'env = { A = "{qqqq}" }')
    assert all(field in message for field in FIELDS)


@pytest.mark.parametrize(
    "line", ['env = { A = "{host}" }', 'pytest-args = ["--port={port}"]', 'env = { A = "1", B = "{url}" }']
)
def test_without_a_server_there_are_no_values(line: str, tmp_path: Path) -> None:
    message = wrong(tmp_path, line, 'mysql = "off"')
    assert "because the run has no server" in message
    assert "mysql is off" in message


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('env = { A = "{host" }', "A={host"),
        ('env = { A = "{{host}}" }', "A={{host}}"),
        ('env = { PYTHONPATH = "src" }', "PYTHONPATH=src"),
    ],
)
def test_texts_without_a_placeholder_need_no_server(line: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.ci-kit]\nmysql = "off"\n{line}\n', encoding="utf-8")
    assert [str(pair) for pair in load_settings(tmp_path, {}).env] == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('env = { TZ = "UTC" }', "TZ belongs to the runner or to ci-kit"),
        ('env = { GITHUB_ENV = "x" }', "GITHUB_ENV belongs to the runner"),
        ('env = { CI_KIT_DATABASE = "x" }', "CI_KIT_DATABASE belongs to"),
        ('env = { "A B" = "x" }', "'A B' is not the name of an environment variable"),
        ('env = "A"', "'A' is not NAME=value"),
        ('env = "A=1 A=2"', "A is there twice"),
        ("env = { A = 1 }", "A is 1, expected a string in quotes"),
        ('files = { "/etc/my.cnf" = "a" }', "'/etc/my.cnf' is not a file in the project"),
        ('files = { "../my.cnf" = "a" }', "'../my.cnf' is not a file in the project"),
        ('files = { "" = "a" }', "'' is not a file in the project"),
        ('files = { "a.cnf" = "a", "./a.cnf" = "b" }', "a.cnf is there twice"),
        ('files = { "my.cnf" = "" }', "my.cnf has no template"),
        ('files = "my.cnf"', "'my.cnf' is not NAME=value"),
    ],
)
def test_a_wrong_table_is_an_error(line: str, expected: str, tmp_path: Path) -> None:
    assert expected in wrong(tmp_path, line)


def test_files_of_a_table_above_the_project_are_relative_to_it(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(
        '[tool.ci-kit]\nfiles = { "a.cnf" = "a.in" }\n', encoding="utf-8"
    )
    project = tmp_path / "project"
    project.mkdir()
    assert load_settings(project, {}).files == (Pair(str(tmp_path / "a.cnf"), str(tmp_path / "a.in")),)
