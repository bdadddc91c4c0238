"""Files that tell the tests how to reach the server: errors before the run, and the spelling of values."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.host.machine import Host
from ci_kit.run_folder import run_folder
from ci_kit.settings.loading import load_settings
from ci_kit.testing.connection_files import ConnectionFile, read_connection_files

PASSWORD = "p@ss w/o:r#d%41?&'\"\\한\n"


@pytest.fixture
def host(tmp_path: Path) -> Host:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    return Host(environ={"RUNNER_TEMP": str(temporary)})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "my.cnf.in").write_text("[client]\nport={port}\n", encoding="utf-8")
    return project


def read(host: Host, root: Path, environ: Mapping[str, str]) -> tuple[ConnectionFile, ...]:
    return read_connection_files(host, load_settings(root, environ))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("my.cnf=missing.in", "cannot read the template missing.in"),
        ("my.cnf=folder", "cannot read the template folder"),
        ("my.cnf=binary.in", "it is not UTF-8 text"),
        ("my.cnf=wrong.in", "it is in wrong.in, line 2"),
        ("there.cnf=my.cnf.in", "there.cnf already exists"),
        ("link.cnf=my.cnf.in", "link.cnf already exists"),
        ("folder=my.cnf.in", "folder already exists"),
        ("none/my.cnf=my.cnf.in", "cannot write none/my.cnf: its folder does not exist"),
        ("there.cnf/my.cnf=my.cnf.in", "its folder does not exist"),
        ("my.cnf.in=my.cnf.in", "my.cnf.in is its own template"),
    ],
)
def test_a_file_that_cannot_be_written_is_an_error_and_changes_nothing(
    host: Host, project: Path, files: str, expected: str
) -> None:
    (project / "there.cnf").write_text("mine", encoding="utf-8")
    (project / "link.cnf").symlink_to("nowhere")
    (project / "folder").mkdir()
    (project / "binary.in").write_bytes(b"\xff\xfe")
    (project / "wrong.in").write_text("[client]\nhost={hosts}\n", encoding="utf-8")
    before = sorted(project.iterdir())
    with pytest.raises(UsageError) as caught:
        read(host, project, {"CI_KIT_FILES": files})
    message = "\n".join(caught.value.lines())
    assert expected in message
    assert "do:" in message
    assert sorted(project.iterdir()) == before
    assert (project / "there.cnf").read_text(encoding="utf-8") == "mine"


def test_without_a_server_a_template_has_no_placeholder(host: Host, project: Path) -> None:
    with pytest.raises(UsageError, match="because the run has no server"):
        read(host, project, {"CI_KIT_FILES": "my.cnf=my.cnf.in", "CI_KIT_MYSQL": "off"})


@pytest.mark.parametrize(
    ("suffix", "template", "parse"),
    [
        (".json", '{"p": "{password}", "a": {}}', json.loads),
        (".toml", 'p = "{password}"', tomllib.loads),
        (".yaml", 'p: "{password}"', yaml.safe_load),
        (".yml", 'p: "{password}"', yaml.safe_load),
        (".txt", "{password}", lambda text: {"p": text}),
    ],
)
def test_a_value_is_spelled_as_the_format_of_the_file_needs(
    host: Host, project: Path, suffix: str, template: str, parse: object
) -> None:
    assert callable(parse)
    (project / "login.in").write_text(template, encoding="utf-8")
    (file,) = read(host, project, {"CI_KIT_FILES": f"login{suffix}=login.in"})
    with run_folder(host) as folder, file.written(host, folder, {"password": PASSWORD}):
        assert parse(file.path.read_text(encoding="utf-8"))["p"] == PASSWORD
        assert file.path.stat().st_mode & 0o777 == 0o600
    assert not file.path.exists()


@pytest.mark.parametrize("changed", [False, True])
def test_a_file_that_a_killed_run_left_goes_away_unless_the_user_changed_it(
    host: Host, project: Path, changed: bool
) -> None:
    left = ConnectionFile(project / "my.cnf", "port={port}")
    with run_folder(host) as folder:
        with left.written(host, folder, {"port": "1"}):
            content = left.path.read_bytes()
            # The copy has no lock that a process holds, as after a kill.
            killed = folder.with_name("ci-kit-run-killed")
            killed.mkdir(mode=0o700)
            (killed / "written").write_bytes((folder / "written").read_bytes())
        left.path.write_bytes(b"mine" if changed else content)
    environ = {"CI_KIT_FILES": "my.cnf=my.cnf.in"}
    if changed:
        with pytest.raises(UsageError, match=r"my\.cnf already exists"):
            read(host, project, environ)
        assert left.path.read_bytes() == b"mine"
    else:
        assert [file.path for file in read(host, project, environ)] == [left.path]
        assert not left.path.exists()
    assert not killed.exists()


def test_a_file_of_a_run_that_is_still_going_is_left_alone(host: Host, project: Path) -> None:
    mine = ConnectionFile(project / "my.cnf", "port={port}")
    with run_folder(host) as folder, mine.written(host, folder, {"port": "1"}):
        with pytest.raises(UsageError, match=r"my\.cnf already exists"):
            read(host, project, {"CI_KIT_FILES": "my.cnf=my.cnf.in"})
        assert mine.path.read_text(encoding="utf-8") == "port=1"


@pytest.mark.parametrize("kind", ["of another run", "a link", "a folder"])
def test_what_appears_at_the_path_after_the_check_is_left_alone(kind: str, host: Host, project: Path) -> None:
    (file,) = read(host, project, {"CI_KIT_FILES": "my.cnf=my.cnf.in"})
    with run_folder(host) as folder, ExitStack() as other:
        if kind == "a link":
            file.path.symlink_to("nowhere")
        elif kind == "a folder":
            file.path.mkdir()
        else:
            other.enter_context(file.written(host, other.enter_context(run_folder(host)), {"port": "1"}))
        before = file.path.lstat()
        mine = file.written(host, folder, {"port": "2"})
        with pytest.raises(UnavailableError, match=r"my\.cnf already exists"), mine:
            pytest.fail("the file is another run's")
        assert file.path.lstat() == before


@pytest.mark.parametrize("line", ['["/tmp/x', "", "[]"])
def test_a_line_that_a_killed_run_could_not_finish_is_left_out(
    line: str, host: Host, project: Path, tmp_path: Path
) -> None:
    left = project / "my.cnf"
    left.write_bytes(b"port=1")
    digest = hashlib.sha256(b"port=1").hexdigest()
    killed = tmp_path / "temporary" / "ci-kit-run-killed"
    killed.mkdir(mode=0o700)
    (killed / "written").write_text(f"{json.dumps([str(left), digest])}\n{line}", encoding="utf-8")
    assert read(host, project, {"CI_KIT_FILES": "my.cnf=my.cnf.in"})
    assert not left.exists()
    assert not killed.exists()
