"""pre-commit itself runs the hook of this repository in another one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.action.conftest import Checkout
from tests.conftest import clean_environ

PYPROJECT = """\
[project]
name = "demo"
[tool.ci-kit.workflow]
action = "owner/ci-kit@0123456789abcdef0123456789abcdef01234567 # v1.0.0"
timeout-minutes = {}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of git with a project."""
    folder = tmp_path / "project"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True, timeout=60)
    (folder / "pyproject.toml").write_text(PYPROJECT.format(5))
    return folder


def pre_commit(project: Path, checkout: Checkout) -> subprocess.CompletedProcess[str]:
    """Run the hook on all files, as pre-commit does it for a commit. It installs ci-kit from the checkout."""
    subprocess.run(["git", "add", "--all"], cwd=project, check=True, timeout=60)
    program = Path(sys.executable).with_name("pre-commit")
    return subprocess.run(
        [str(program), "try-repo", str(checkout.root), "ci-kit-render", "--all-files", "--color=never"],
        cwd=project,
        env=clean_environ()
        | {"PATH": os.environ["PATH"], "PRE_COMMIT_HOME": str(checkout.home / "pre-commit")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )


def test_the_hook_passes_only_if_the_workflow_file_fits_the_settings(
    project: Path, checkout: Checkout
) -> None:
    missing = pre_commit(project, checkout)
    assert missing.returncode == 1, missing.stdout
    assert "ci.yml is not up to date" in missing.stdout
    assert not (project / ".github").exists()

    subprocess.run([sys.executable, "-m", "ci_kit", "render", "-C", str(project)], check=True, timeout=60)
    written = pre_commit(project, checkout)
    assert written.returncode == 0, written.stdout

    (project / "pyproject.toml").write_text(PYPROJECT.format(6))
    changed = pre_commit(project, checkout)
    assert changed.returncode == 1, changed.stdout
    assert "+    timeout-minutes: 6" in changed.stdout
