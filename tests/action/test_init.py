"""init on a real project of each package manager: the workflow that it writes succeeds in act."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.action.conftest import Checkout, run_act
from tests.action.managed import PROJECTS, Managed
from tests.conftest import clean_environ
from tests.support.environments import managers
from tests.support.waiting import LIMIT
from tests.support.workflow import WorkflowRun

ACTION = "owner/ci-kit@0123456789abcdef0123456789abcdef01234567"
# A job mostly waits for the index and for pip.
AT_ONCE = 3


@dataclass(frozen=True)
class Initialised:
    """A project after init: its folder, what init printed, and the run of its workflow."""

    folder: Path
    said: str
    run: WorkflowRun


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Python, pip and all package managers, which workflows may change."""
    environment = tmp_path_factory.mktemp("programs") / "environment"
    shutil.copytree(managers().parent, environment, symlinks=True)
    python = environment / "bin" / "python"
    pip = (sys.executable, "-m", "uv", "pip", "install", "--quiet", f"--python={python}", "pip")
    subprocess.run(pip, check=True, timeout=LIMIT)
    return environment / "bin"


@pytest.fixture(scope="module")
def initialised(
    checkout: Checkout, programs: Path, mysqld: str, mariadbd: str, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Initialised]:
    """All projects. Every second one has MariaDB."""
    root = tmp_path_factory.mktemp("projects")

    def run(number: int, name: str) -> Initialised:
        server = root / f"server-{name}"
        server.mkdir()
        (server / "mysqld").symlink_to(mariadbd if number % 2 else mysqld)
        return initialise(checkout, PROJECTS[name], root / name, f"{server}{os.pathsep}{programs}")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = pool.map(run, range(len(PROJECTS)), PROJECTS)
        return dict(zip(PROJECTS, runs, strict=True))


def initialise(checkout: Checkout, project: Managed, folder: Path, path: str) -> Initialised:
    environ = clean_environ() | {
        "HOME": str(checkout.home),
        "PATH": f"{path}{os.pathsep}{os.environ['PATH']}",
    }
    for name, text in project.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    def call(*words: str) -> str:
        done = subprocess.run(
            words,
            cwd=folder,
            env=environ,
            check=False,
            timeout=LIMIT,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    if project.lock:
        call(*project.lock)
    call("git", "init", "--quiet", "--initial-branch=main")
    said = call(sys.executable, "-m", "ci_kit", "init", "--action", f"{ACTION} # v1.0.0")
    call("git", "add", "--all")
    call("git", "-c", "user.name=tests", "-c", "user.email=tests@localhost", "commit", "-q", "-m", "Begin")
    own = (f"{ACTION}={checkout.root}",)
    return Initialised(
        folder, said, run_act(checkout, folder, ".github/workflows/ci.yml", path=path, local=own)
    )


@pytest.mark.parametrize("name", PROJECTS)
def test_the_workflow_that_init_writes_succeeds(name: str, initialised: Mapping[str, Initialised]) -> None:
    done = initialised[name]
    assert done.run.code == 0, f"{done.said}\n{done.run.log}"
    assert [part for part in PROJECTS[name].reported if part not in done.run.log] == [], done.run.log
    product = "MariaDB" if list(PROJECTS).index(name) % 2 else "MySQL"
    assert re.search(rf"\| mysql +{product} .*, private", done.run.log), done.run.log


@pytest.mark.parametrize("name", PROJECTS)
def test_init_writes_what_the_code_needs(name: str, initialised: Mapping[str, Initialised]) -> None:
    text = (initialised[name].folder / "pyproject.toml").read_text(encoding="utf-8")
    assert [part for part in PROJECTS[name].written if part not in text] == [], text


@pytest.mark.parametrize("name", PROJECTS)
def test_a_second_init_changes_nothing(name: str, initialised: Mapping[str, Initialised]) -> None:
    folder = initialised[name].folder
    words = [sys.executable, "-m", "ci_kit", "init", "--check", "-C", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    assert "nothing to change" in done.stderr
