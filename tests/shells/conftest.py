"""Shells, each on a terminal of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.unavailable import Unavailable, skip_or_fail
from tests.unit.terminals import Terminal, on_terminal

# Without the files of the user. fish always reads some, so its home is empty.
SHELLS = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--interactive", "--private"),
}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    """The name of a shell of this machine."""
    name: str = request.param
    if not shutil.which(name):
        skip_or_fail(Unavailable(f"{name} is not installed; install it with the system's package manager"))
    return name


@pytest.fixture
def terminal(shell: str, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal with the shell, which finds ci-kit on its PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "HOME": str(tmp_path), "PS1": "ready> ", "XDG_CONFIG_HOME": str(tmp_path / "config")}
    with on_terminal(*SHELLS[shell], env=env) as found:
        yield found
