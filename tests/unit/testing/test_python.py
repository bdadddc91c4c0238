"""Which Python runs the tests, and which tools it must have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.testing.python import inspect_project
from tests.support.waiting import LIMIT
from tests.unit.support import make_host, make_settings, write


def test_a_python_with_the_test_tools_is_accepted(tmp_path: Path) -> None:
    project = inspect_project(make_host(), make_settings(tmp_path, python=[sys.executable]))
    assert project.version == ".".join(map(str, sys.version_info[:3]))
    assert {"pytest", "coverage"} <= project.has


@pytest.mark.parametrize(
    ("coverage", "what"), [(True, "has no coverage and no pytest"), (False, "has no pytest")]
)
def test_the_message_for_a_python_without_the_test_tools_names_them(
    coverage: bool, what: str, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", tmp_path / ".venv"], check=True, timeout=LIMIT
    )
    with pytest.raises(UnavailableError, match=what) as caught:
        inspect_project(make_host(), make_settings(tmp_path, coverage=coverage))
    assert str(tmp_path / ".venv") in caught.value.why


@pytest.mark.parametrize("python", [["false"], ["echo", "hello"], ["/nonexistent/python"]])
def test_the_message_for_a_command_that_is_not_python_names_it(python: list[str], tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=python[0]) as caught:
        inspect_project(make_host(), make_settings(tmp_path, python=python))
    assert "setting python" in caught.value.todo


def test_the_message_for_a_missing_python_names_its_source(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught:
        inspect_project(make_host(), make_settings(tmp_path, python=["/nonexistent/python"]))
    assert "the setting python (it came from --python)" in caught.value.todo


def test_the_question_to_a_python_has_no_braces(tmp_path: Path) -> None:
    # `hatch run` fails for an argument such as "{x}".
    wrapper = f'#!/bin/sh\ncase "$*" in *[{{}}]*) exit 1;; esac\nexec {sys.executable} "$@"\n'
    python = write(tmp_path, {"python": wrapper}) / "python"
    python.chmod(0o755)
    assert "pytest" in inspect_project(make_host(), make_settings(tmp_path, python=[str(python)])).has


def test_output_of_a_python_wrapper_does_not_matter(tmp_path: Path) -> None:
    wrapper = f'#!/bin/sh\necho welcome\nexec {sys.executable} "$@"\n'
    write(tmp_path, {"python": wrapper})
    os.chmod(tmp_path / "python", 0o755)  # noqa: PTH101
    assert (
        "pytest"
        in inspect_project(make_host(), make_settings(tmp_path, python=[str(tmp_path / "python")])).has
    )


def test_a_dry_run_does_not_start_a_package_manager_from_the_setting(tmp_path: Path) -> None:
    host = make_host({}, dry=True)
    python = ["/nonexistent/hatch", "run", "test:python"]
    assert inspect_project(host, make_settings(tmp_path, python=python)).python == tuple(python)
