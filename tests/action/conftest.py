"""Runs workflows with act, directly on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ci_kit.workflow.pins import PINS
from tests.conftest import clean_environ, servers_folder
from tests.support.workflow import WorkflowRun, copy_repository, write_empty_action


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.action)


@dataclass(frozen=True)
class Checkout:
    """A git checkout of this repository, as on a runner, with folders for its home and its servers."""

    root: Path
    home: Path
    servers: Path

    def act(self, workflow: str, **options: Any) -> WorkflowRun:
        """Run a workflow file on this machine; :func:`run_act` has the options."""
        return run_act(self, self.root, workflow, **options)


def run_act(
    checkout: Checkout,
    folder: Path,
    workflow: str,
    *,
    path: str = "",
    job: str = "",
    event: str = "push",
    local: Sequence[str] = (),
) -> WorkflowRun:
    """Run a workflow of the repository in ``folder``, with the home and the servers of a checkout.

    ``path`` is put before the PATH. ``local`` are more actions that act takes from a folder:
    ``OWNER/NAME@REF=FOLDER``.
    """
    environ = clean_environ() | {
        "HOME": str(checkout.home),
        "XDG_CACHE_HOME": str(checkout.home / "cache"),
        "PATH": f"{path}{os.pathsep if path else ''}{os.environ['PATH']}",
    }
    skipped = {name: PINS[name].ref for name in ("actions/setup-python", "actions/cache")}
    empty = [f"{name}@{ref}={checkout.home / 'empty-action'}" for name, ref in skipped.items()]
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("act")), event, "--workflows", workflow),
            *("--platform", "ubuntu-24.04=-self-hosted", "--no-cache-server"),
            *(word for pair in (*empty, *local) for word in ("--local-repository", pair)),
            *("--env", f"CI_KIT_MYSQL_DATADIR={checkout.servers}"),
            *(("--job", job) if job else ()),
        ],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
    )
    return WorkflowRun(done.returncode, done.stdout)


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    folder = tmp_path_factory.mktemp("act")
    copy_repository(folder / "repository")
    write_empty_action(folder / "home" / "empty-action")
    with servers_folder() as servers:
        yield Checkout(folder / "repository", folder / "home", servers)
