"""Whose Python runs the tests, and what it has to have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.testing.python import find_python, inspect_project
from tests.support.waiting import LIMIT
from tests.unit.support import make_host, make_settings, write


def programs(folder: Path, *names: str) -> Path:
    for name in names:
        path = write(folder, {name: "#!/bin/sh\n"}) / name
        path.chmod(0o755)
    return folder


OWN = {".venv/bin/python": ""}
EVERY_TOOL = ("poetry", "uv", "pdm", "pipenv", "python3", "python")


@pytest.mark.parametrize(
    ("files", "tools", "environ", "expected"),
    [
        ([".venv/bin/python", "poetry.lock"], EVERY_TOOL, {"VIRTUAL_ENV": "/v"}, ".venv"),
        (["poetry.lock"], EVERY_TOOL, {"VIRTUAL_ENV": "/v"}, "poetry run python"),
        (["uv.lock"], EVERY_TOOL, {}, "uv run --no-sync python"),
        (["pdm.lock"], EVERY_TOOL, {}, "pdm run python"),
        (["Pipfile.lock"], EVERY_TOOL, {}, "pipenv run python"),
        (["poetry.lock"], ("python3",), {}, "python3"),
        ([], EVERY_TOOL, {"VIRTUAL_ENV": "/v"}, "/v/bin/python"),
        ([], EVERY_TOOL, {}, "python3"),
        ([], ("python",), {}, "python"),
    ],
)
def test_the_python_is_the_one_that_the_project_s_folder_tells(
    files: list[str], tools: tuple[str, ...], environ: dict[str, str], expected: str, tmp_path: Path
) -> None:
    root = write(tmp_path / "project", dict.fromkeys(["app.py", *files], ""))
    if ".venv/bin/python" in files:
        (root / ".venv/bin/python").chmod(0o755)
    host = make_host({"PATH": str(programs(tmp_path / "bin", *tools))} | environ)
    found = " ".join(find_python(host, make_settings(root)))
    assert found == (str(root / ".venv/bin/python") if expected == ".venv" else expected)


def test_the_setting_comes_before_all_that_is_found(tmp_path: Path) -> None:
    programs(tmp_path / ".venv/bin", "python")
    assert find_python(make_host(), make_settings(tmp_path, python="hatch run python")) == (
        "hatch",
        "run",
        "python",
    )


def test_these_tests_own_python_has_what_it_takes(tmp_path: Path) -> None:
    project = inspect_project(make_host(), make_settings(tmp_path, python=[sys.executable]))
    assert project.version == ".".join(map(str, sys.version_info[:3]))
    assert {"pytest", "coverage"} <= project.has


@pytest.mark.parametrize(
    ("coverage", "what"), [(True, "has no coverage and no pytest"), (False, "has no pytest")]
)
def test_a_python_without_the_test_tools_is_told_what_to_install(
    coverage: bool, what: str, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True, timeout=LIMIT
    )
    with pytest.raises(UnavailableError, match=what) as caught:
        inspect_project(make_host(), make_settings(tmp_path, coverage=coverage))
    assert str(tmp_path / ".venv") in caught.value.why


@pytest.mark.parametrize("python", [["false"], ["echo", "hello"], ["/nonexistent/python"]])
def test_a_command_that_is_no_python_is_named(python: list[str], tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=python[0]) as caught:
        inspect_project(make_host(), make_settings(tmp_path, python=python))
    assert "setting python" in caught.value.todo


def test_a_python_that_is_not_there_is_named_with_its_source(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        inspect_project(make_host(), make_settings(tmp_path, python=["/nonexistent/python"]))
    assert "the setting python (it came from --python)" in caught.value.todo


def test_what_a_python_prints_when_it_starts_does_not_matter(tmp_path: Path) -> None:
    wrapper = f'#!/bin/sh\necho welcome\nexec {sys.executable} "$@"\n'
    write(tmp_path, {"python": wrapper})
    os.chmod(tmp_path / "python", 0o755)  # noqa: PTH101
    assert (
        "pytest"
        in inspect_project(make_host(), make_settings(tmp_path, python=[str(tmp_path / "python")])).has
    )
