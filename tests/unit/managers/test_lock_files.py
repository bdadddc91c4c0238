"""What a lock file lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.managers.lock_files import lists_package
from tests.unit.support import write

PACKAGE = '[[package]]\nname = "{}"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("name", "text", "listed"),
    [
        ("uv.lock", PACKAGE.format("pytest"), True),
        ("poetry.lock", PACKAGE.format("click") + PACKAGE.format("pytest"), True),
        ("pdm.lock", PACKAGE.format("pytest-mock"), False),
        ("uv.lock", "version = 1\n", False),
        ("uv.lock", "", False),
        ("uv.lock", "package = 1\n", False),
        ("uv.lock", "not [toml", False),
        ("Pipfile.lock", '{"default": {}, "develop": {"pytest": {"version": "==9"}}}', True),
        ("Pipfile.lock", '{"default": {"pytest": {}}}', True),
        ("Pipfile.lock", '{"default": {"pytest-mock": {}}}', False),
        ("Pipfile.lock", "[]", False),
        ("Pipfile.lock", "", False),
        ("requirements.txt", "click\npytest==9.0 ; python_version > '3'\n", True),
        ("requirements.txt", "PyTest[all]>=8\n", True),
        ("requirements.txt", "pytest_mock\n# pytest\n-r pytest.txt\n", False),
    ],
)
def test_the_packages_of_a_lock_file(name: str, text: str, listed: bool, tmp_path: Path) -> None:
    assert lists_package(write(tmp_path, {name: text}) / name, "pytest") is listed


def test_a_file_that_does_not_exist_lists_nothing(tmp_path: Path) -> None:
    assert not lists_package(tmp_path / "uv.lock", "pytest")
