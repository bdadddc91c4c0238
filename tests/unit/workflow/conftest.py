"""Repositories to render in: real folders, with what a test puts there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci_kit.report.outputs import OUTPUTS
from ci_kit.workflow.files import render_files

_OUTPUTS = "\n".join(f'  {output.name}: {{description: "", value: "1"}}' for output in OUTPUTS)
ACTION = f"""\
name: ci-kit
description: A CI test job
inputs:
  working-directory: {{description: The project's folder}}
  database: {{description: Name of the database}}
  history: {{description: Folder of the history}}
  failed-first: {{description: Order}}
  keep-mysql: {{description: Leave the server running}}
  comment: {{description: Comment on the pull request}}
  run-name: {{description: Name of the run}}
outputs:
{_OUTPUTS}
runs:
  using: composite
  steps:
    - run: "true"
      shell: bash
"""


@dataclass(frozen=True)
class Repository:
    """A repository in a temporary folder."""

    root: Path

    @property
    def workflow(self) -> Path:
        return self.root / ".github/workflows/ci.yml"

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def configure(self, **settings: object) -> None:
        """Set keys of the workflow's table; ``_`` stands for ``-``."""
        lines = [f"{key.replace('_', '-')} = {toml(value)}" for key, value in settings.items()]
        self.write("pyproject.toml", "\n".join(("[tool.ci-kit.workflow]", *lines)))

    def text(self) -> str:
        return render_files(self.root)[0].text

    def parsed(self) -> Any:
        """The rendered workflow with every scalar as the text it stands for."""
        return yaml.load(self.text(), yaml.BaseLoader)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """ci-kit's own kind of repository: the action at the root, a pyproject.toml without a table."""
    made = Repository(tmp_path)
    made.write("action.yml", ACTION)
    made.configure()
    return made


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(key)} = {toml(item)}" for key, item in value.items()) + "}"
    # A TOML string is a JSON string, but for the one control character that JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
