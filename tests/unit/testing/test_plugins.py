"""What the lent plugins must not change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.support.waiting import LIMIT
from tests.unit.support import ALONE, ci_kit, write

APP = "def used():\n    return 1\n\n\ndef unused():\n    return 2\n"
TEST = "from app import used\n\n\ndef test_used():\n    assert used() == 1\n"


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python that has pytest and coverage, but no report plugin, like most projects."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=LIMIT)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "coverage"):
        for file in distribution(name).files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(str(file.locate())), target)
    return str(folder / "bin" / "python")


@pytest.mark.parametrize(
    ("configuration", "measured"),
    [
        ("", {"app.py", "test_app.py"}),
        ("[run]\nomit = test_*\n", {"app.py"}),
        ("[run]\nsource = .\n", {"app.py", "test_app.py"}),
    ],
    ids=["nothing", "an omit", "a source"],
)
def test_coverage_measures_only_the_project(
    tmp_path: Path, bare_python: str, configuration: str, measured: set[str]
) -> None:
    write(tmp_path, {"app.py": APP, "test_app.py": TEST, ".coveragerc": configuration})
    done = ci_kit("run", "-C", tmp_path, "--mysql", "off", "--python", bare_python, env=ALONE)
    assert done.returncode == 0, done.stdout + done.stderr
    table = done.stdout[done.stdout.index("Stmts") :]
    assert {line.split()[0] for line in table.splitlines() if ".py " in line} == measured
