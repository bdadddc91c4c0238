"""How pytest is started: as `python -m pytest`, or as the command `pytest`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.testing.python import inspect_project
from tests.support.waiting import LIMIT
from tests.unit.support import ALONE, ci_kit, make_host, make_settings, write

# The source folder lacks what the build adds to the installed package.
SOURCE = {"fastmath/__init__.py": "from fastmath._native import add\n"}
TESTS = {"tests/test_add.py": "from fastmath import add\n\ndef test_add():\n    assert add(1, 2) == 3\n"}
BUILT = {"fastmath/_native.py": "def add(a, b):\n    return a + b\n"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose package is installed in its environment, which borrows pytest."""
    environment = tmp_path / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True, timeout=LIMIT)
    (packages,) = environment.glob("lib/python*/site-packages")
    write(packages, SOURCE | BUILT | {"lent.pth": sysconfig.get_path("purelib") + "\n"})
    shutil.copy(Path(sysconfig.get_path("scripts"), "pytest"), environment / "bin")
    return write(tmp_path, SOURCE | TESTS | {"pyproject.toml": '[tool.ci-kit]\nmysql = "off"\n'})


@pytest.mark.parametrize("words", [[], ["--no-coverage"]], ids=["coverage", "plain"])
@pytest.mark.parametrize(("flag", "code"), [("--root-on-path", 2), ("--no-root-on-path", 0)])
def test_a_source_folder_hides_the_installed_package_only_on_the_path(
    flag: str, code: int, words: list[str], project: Path
) -> None:
    done = ci_kit("run", "-C", project, flag, *words, env=ALONE)
    assert done.returncode == code, done.stdout + done.stderr
    assert ("No module named 'fastmath._native'" in done.stdout) is (code == 2)


@pytest.mark.parametrize(
    ("file", "passes"),
    [
        # pytest's own ways to a project's modules work with the command too.
        ({"conftest.py": ""}, True),
        ({"pytest.ini": "[pytest]\npythonpath = .\n"}, True),
        ({}, False),
    ],
)
def test_the_command_puts_only_what_pytest_is_told_on_the_path(
    file: dict[str, str], passes: bool, project: Path
) -> None:
    write(project, {"app.py": "", "tests/test_add.py": "import app\n\ndef test_app(): ...\n"} | file)
    done = ci_kit("run", "-C", project, "--no-root-on-path", "--no-coverage", env=ALONE)
    assert (done.returncode == 0) is passes, done.stdout + done.stderr


def test_an_environment_without_the_command_is_an_error(project: Path) -> None:
    (project / ".venv/bin/pytest").unlink()
    settings = make_settings(project, root_on_path=False)
    with pytest.raises(UnavailableError, match="has no command pytest") as caught:
        inspect_project(make_host(), settings)
    assert "it came from --root-on-path" in caught.value.why
