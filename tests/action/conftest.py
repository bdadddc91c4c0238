"""Runs of workflows by act, on this machine itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ci_kit.workflow.pins import PINS
from tests.conftest import ROOT, clean_environ


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.action)


@dataclass(frozen=True)
class WorkflowRun:
    """A run that ended: act's exit code and its log."""

    code: int
    log: str

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of ci-kit's step, as a later step printed them."""
        found: dict[str, str] = self.later_step["outputs"]
        return found

    @property
    def exported(self) -> dict[str, str]:
        """What the steps set as environment of later steps."""
        return dict(re.findall(r"::set-env:: ([A-Z_]+)=(.*)", self.log))

    @property
    def later_step(self) -> dict[str, Any]:
        """What the step after ci-kit's printed."""
        (line,) = re.findall(r"\| later step: (\{.*\})", self.log)
        found: dict[str, Any] = json.loads(line)
        return found


@dataclass(frozen=True)
class Checkout:
    """A copy of this repository as a user's runner would have it: a git checkout of what git knows."""

    root: Path
    home: Path

    def act(self, workflow: str, *, path: str = "", job: str = "") -> WorkflowRun:
        """Run a workflow file on this machine; ``path`` goes before the PATH."""
        environ = clean_environ() | {
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "PATH": f"{path}{os.pathsep if path else ''}{os.environ['PATH']}",
        }
        pin = PINS["actions/setup-python"]
        done = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("act")), "push", "--workflows", workflow),
                *("--platform", "ubuntu-24.04=-self-hosted", "--no-cache-server"),
                # act clones an action that the workflow names even where a condition leaves it out.
                *("--local-repository", f"actions/setup-python@{pin.ref}={self.home / 'setup-python'}"),
                *(("--job", job) if job else ()),
            ],
            cwd=self.root,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return WorkflowRun(done.returncode, done.stdout)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    root = tmp_path_factory.mktemp("act") / "repository"
    listed = _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    _git(root, "init", "--quiet", "--initial-branch=main")
    _git(root, "add", "--all")
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    _git(root, *identity, "commit", "--quiet", "--message=A checkout")
    home = root.parent / "home"
    stand_in = home / "setup-python"
    stand_in.mkdir(parents=True)
    (stand_in / "action.yml").write_text(
        "name: none\ndescription: none\nruns:\n  using: composite\n  steps: []\n", encoding="utf-8"
    )
    return Checkout(root, home)


def _git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout
