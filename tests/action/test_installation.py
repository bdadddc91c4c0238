"""The installation that a workflow does, for real: afterwards ci-kit runs the tests under coverage.

Each project has a home and a Python of its own, as on a fresh runner.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit.workflow.install import install_script
from tests.action.installed import PROJECTS, Installed
from tests.conftest import clean_environ
from tests.support.waiting import LIMIT


class Runner:
    """A machine with one Python of its own, in an empty home."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.project = folder / "repository"
        subprocess.run(
            [sys.executable, "-m", "uv", "venv", "--quiet", "--seed", f"--python={sys.executable}", "python"],
            cwd=folder,
            check=True,
            timeout=LIMIT,
        )

    def run(self, script: str, *, home: str = "home", inside: str = ".") -> str:
        """Run a script as a step of a workflow does; gives its output."""
        (self._folder / home).mkdir(exist_ok=True)
        programs = (self._folder / "python/bin", Path(sys.base_prefix, "bin"))
        environ = clean_environ() | {
            "HOME": str(self._folder / home),
            "PATH": os.pathsep.join([*map(str, programs), "/usr/bin", "/bin"]),
            # The downloads are the same for each project.
            "PIP_CACHE_DIR": str(self._folder.parent / "pip-cache"),
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.project / inside,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=LIMIT,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}"
        return done.stdout


@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
def test_after_the_installation_ci_kit_measures_the_tests(project: Installed, tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    for name, text in project.files.items():
        (runner.project / name).parent.mkdir(parents=True, exist_ok=True)
        (runner.project / name).write_text(text, encoding="utf-8")
    (runner.project / ".git").mkdir()
    if project.lock:
        # The environment that the lock command makes is not there for the installation.
        runner.run(f"{project.lock}\nrm -rf .venv .pdm-python", home="home-of-the-lock")
    script = install_script(runner.project / project.folder)
    assert project.expected in script
    runner.run(script, inside=project.folder)
    log = runner.run(f"{sys.executable} -m ci_kit run --mysql off", inside=project.folder)
    assert re.search(r"Tests passed: 1 passed, coverage \d", log), log
