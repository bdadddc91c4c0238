"""The package managers' own programs, in one environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.waiting import LIMIT
from tests.unit.support import ROOT

LOCK = ROOT / "requirements" / "managers.txt"


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real programs: poetry, uv, pdm, pipenv, hatch, tox and nox."""
    environment = tmp_path_factory.mktemp("managers") / "environment"
    python = environment / "bin" / "python"
    uv = [sys.executable, "-m", "uv"]
    for words in (
        ["venv", "--python", sys.executable, str(environment)],
        ["pip", "install", "--python", str(python), "--require-hashes", "-r", str(LOCK)],
    ):
        subprocess.run([*uv, *words, "--quiet"], check=True, timeout=LIMIT)
    return python.parent
