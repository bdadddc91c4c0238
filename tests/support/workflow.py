"""Copies this repository for act, and reads act's log."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class WorkflowRun:
    """A finished run: act's exit code and its log."""

    code: int
    log: str

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of ci-kit's step, as a later step has printed them."""
        found: dict[str, str] = self.later_step["outputs"]
        return found

    @property
    def exported(self) -> dict[str, str]:
        """The environment variables that steps have set for later steps."""
        return dict(re.findall(r"::set-env:: ([A-Z_]+)=(.*)", self.log))

    @property
    def later_step(self) -> dict[str, Any]:
        """The facts that the step after ci-kit has printed (.github/scripts/later_step.py)."""
        (line,) = re.findall(r"\| later step: (\{.*\})", self.log)
        found: dict[str, Any] = json.loads(line)
        return found


def copy_repository(target: Path) -> None:
    """Create a git checkout of this repository, including uncommitted changes."""
    listed = _git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    _git(target, "init", "--quiet", "--initial-branch=main")
    _git(target, "add", "--all")
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@localhost")
    _git(target, *identity, "commit", "--quiet", "--message=A checkout")


def write_empty_action(folder: Path) -> None:
    """Write an action that does nothing.

    act clones every action of a workflow, also for a step that it skips. With --local-repository it uses
    this action instead, so that the tests do not need the network.
    """
    # act fails at the end of a job if the action of a step that ran has no steps.
    steps = "  steps: [{shell: bash, run: ':'}]\n"
    text = f"name: none\ndescription: none\nruns:\n  using: composite\n{steps}"
    # actions/cache has two more actions in folders.
    for one in (folder, folder / "restore", folder / "save"):
        one.mkdir(parents=True)
        (one / "action.yml").write_text(text, encoding="utf-8")


def _git(folder: Path, *args: str) -> str:
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", *args],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout
