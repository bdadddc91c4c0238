"""Repositories to initialise: real folders of git, with the files of a test."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import LIMIT
from tests.unit.support import exit_code, write

ACTION = "owner/ci-kit@0123456789abcdef0123456789abcdef01234567 # v1.0.0"
TEST = "def test_it():\n    pass\n"
PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["pymysql"]\n'


@dataclass(frozen=True)
class Initialised:
    """A repository, and how init ended and what it printed."""

    root: Path
    code: int
    out: str
    err: str

    def document(self, name: str = "pyproject.toml") -> dict[str, Any]:
        return tomllib.loads((self.root / name).read_text(encoding="utf-8"))

    def settings(self, name: str = "pyproject.toml") -> dict[str, Any]:
        """``[tool.ci-kit]``, without the workflows."""
        table = self.document(name).get("tool", {}).get("ci-kit", {})
        return {key: value for key, value in table.items() if key not in {"workflow", "workflows"}}

    def workflow(self) -> dict[str, Any]:
        """``[tool.ci-kit.workflow]``, without the action."""
        found: dict[str, Any] = self.document()["tool"]["ci-kit"]["workflow"]
        return {key: value for key, value in found.items() if key != "action"}


@dataclass(frozen=True)
class Repository:
    """A folder of git with the branch main. ``files`` of each call are added to it."""

    root: Path
    capture: pytest.CaptureFixture[str]

    def init(self, *words: str, files: Mapping[str, str] | None = None, action: str = ACTION) -> Initialised:
        write(self.root, files or {})
        given = ["--action", action] if action else []
        self.capture.readouterr()
        code = exit_code("init", "-C", self.root, *given, *words)
        printed = self.capture.readouterr()
        return Initialised(self.root, code, printed.out, printed.err)

    def git(self, *words: str) -> None:
        identity = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
        subprocess.run(
            ["git", *identity, *words], cwd=self.root, check=True, timeout=LIMIT, capture_output=True
        )


@pytest.fixture
def repository(tmp_path: Path, capsys: pytest.CaptureFixture[str], restored_signals: None) -> Repository:
    made = Repository(tmp_path, capsys)
    made.git("init", "--quiet", "--initial-branch=main")
    return made
