"""act runs the workflows that the shipped templates give."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from ci_kit.workflow.pins import PINS
from tests.action.conftest import Checkout
from tests.support.workflow import WorkflowRun

# The job of a project without a database, on the Python of this machine.
COMMON = f"""\
working-directory = "small"
action = "./"
act = true
install = ["true"]
inputs = {{mysql = "off", python = "{sys.executable}"}}
env = {{SAID = "it's: #1 0000"}}
"""
TEST = """\
import os

def test_the_variable_of_the_job_is_exact():
    assert os.environ["SAID"] == "it's: #1 0000"
"""
CALLER = """\
on: push
jobs:
  call:
    uses: ./.github/workflows/shared.yml
    with:
      mysql-version: ""
"""


def run(
    checkout: Checkout, tables: str, name: str, *, event: str = "push", local: Sequence[str] = ()
) -> WorkflowRun:
    """Render the workflows of tables in the checkout, and run one of them."""
    folder = checkout.root / "small"
    folder.mkdir(exist_ok=True)
    (folder / "test_it.py").write_text(TEST, encoding="utf-8")
    (folder / "requirements.txt").write_text("", encoding="utf-8")
    (checkout.root / "pyproject.toml").write_text(tables, encoding="utf-8")
    command = [sys.executable, "-m", "ci_kit", "render", "-C", str(checkout.root), "--force"]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    return checkout.act(f".github/workflows/{name}.yml", event=event, local=local)


@pytest.fixture
def own_settings(checkout: Checkout) -> Iterator[Checkout]:
    """Give the checkout its own pyproject.toml and workflow back at the end."""
    files = [checkout.root / "pyproject.toml", checkout.root / ".github/workflows/ci.yml"]
    texts = [file.read_bytes() for file in files]
    yield checkout
    for file, text in zip(files, texts, strict=True):
        file.write_bytes(text)


@pytest.mark.parametrize(
    ("template", "settings", "event", "jobs"),
    [
        ("ci", "linters = ['echo a: linter']", "push", 2),
        ("matrix", "python-versions = ['3.12', '3.13']\nservers = []", "push", 2),
        ("nightly", "python-versions = ['3.13']", "schedule", 1),
    ],
)
def test_the_workflow_of_a_template_succeeds(
    own_settings: Checkout, template: str, settings: str, event: str, jobs: int
) -> None:
    tables = f"[tool.ci-kit.workflows.small]\ntemplate = '{template}'\n{settings}\n{COMMON}"
    done = run(own_settings, tables, "small", event=event)
    assert done.code == 0, done.log
    assert len(re.findall("Job succeeded", done.log)) == jobs, done.log
    assert "1 passed" in done.log


def test_another_workflow_calls_the_reusable_one(own_settings: Checkout) -> None:
    (own_settings.root / ".github/workflows/caller.yml").write_text(CALLER, encoding="utf-8")
    tables = f"[tool.ci-kit.workflows.shared]\ntemplate = 'reusable'\n{COMMON}"
    run(own_settings, tables, "shared")
    done = own_settings.act(".github/workflows/caller.yml")
    assert done.code == 0, done.log
    assert "1 passed" in done.log


def stand_in(folder: Path, name: str, script: str) -> str:
    """An action for one that needs GitHub's storage; gives what act's --local-repository takes."""
    (folder / name).mkdir(parents=True)
    values = {"NAME": "inputs.name", "FILES": "inputs.path", "PATTERN": "inputs.pattern"}
    variables = {key: f"${{{{ {one} }}}}" for key, one in values.items()} | {"KEPT": str(folder / "kept")}
    step = {"shell": "bash", "env": variables, "run": script}
    action = {
        "name": name,
        "description": name,
        "inputs": {one: {"default": ""} for one in ("name", "path", "pattern")},
        "runs": {"using": "composite", "steps": [step]},
    }
    (folder / name / "action.yml").write_text(yaml.safe_dump(action), encoding="utf-8")
    pin = PINS[f"actions/{name}"]
    return f"actions/{name}@{pin.ref}={folder / name}"


def test_shards_run_and_are_combined_with_a_stand_in_for_artifacts(
    own_settings: Checkout, tmp_path: Path
) -> None:
    folder = own_settings.root / "small"
    folder.mkdir(exist_ok=True)
    (folder / "test_more.py").write_text("def test_b(): ...\ndef test_c(): ...\ndef test_d(): ...\n")
    upload = 'mkdir -p "$KEPT/$NAME"; if [ -e "$FILES" ]; then cp -a "$FILES" "$KEPT/$NAME"; fi'
    download = 'mkdir -p "$FILES"; for one in "$KEPT"/$PATTERN/*; do cp -a "$one" "$FILES/$RANDOM.json"; done'
    local = [
        stand_in(tmp_path, "upload-artifact", upload),
        stand_in(tmp_path, "download-artifact", 'case "$PATTERN" in *shard*) ' + download + ";; esac"),
    ]
    tables = f"[tool.ci-kit.workflows.small]\ntemplate = 'sharded'\nshards = 3\n{COMMON}"
    done = run(own_settings, tables, "small", local=local)
    assert done.code == 0, done.log
    assert len(re.findall("Job succeeded", done.log)) == 5, done.log
    assert all(f"Shard {number}/3 " in done.log for number in (1, 2, 3)), done.log
    assert "Tests passed: 4 passed" in done.log
