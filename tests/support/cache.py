"""Folders that take long to make, are made once, and are shared by every test run on the machine."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Root's home is closed to everybody else. A server that root starts and that gives up its rights boots from
# there, and then cannot open its plugins, components and message files.
ROOTS_CACHE = Path("/var/cache/ci-kit-tests")


def folder() -> Path:
    """Where the tests keep what they brought: CI_KIT_TEST_CACHE, or a folder in the user's cache."""
    if chosen := os.environ.get("CI_KIT_TEST_CACHE"):
        return Path(chosen).absolute()
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen) / "ci-kit-tests"
    return ROOTS_CACHE if os.geteuid() == 0 else Path.home() / ".cache" / "ci-kit-tests"


@contextmanager
def locked(name: str, cache: Path) -> Iterator[None]:
    """Hold the only right to build `name` in this cache folder."""
    if not cache.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        cache.chmod(0o755)
    with (cache / f"{name}.lock").open("w") as handle:
        # The kernel lets go of the lock when the process ends, however it ends.
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(name: str, cache: Path) -> Iterator[Path]:
    """A folder beside the finished ones, to be renamed out of or lost; call it under `locked(name)`."""
    prefix = f".{name}-building-"
    for left_by_a_killed_build in cache.glob(f"{prefix}*"):
        remove(left_by_a_killed_build)
    building = Path(tempfile.mkdtemp(prefix=prefix, dir=cache))
    try:
        building.chmod(0o755)
        yield building
    finally:
        remove(building)


def replace(finished: Path, target: Path) -> None:
    """Put a finished folder in its place, in one step for everybody who looks for it."""
    if target.exists():
        remove(target)
    finished.rename(target)


def remove(tree: Path) -> None:
    """Delete a folder, and nothing that happens to be mounted below it."""
    subprocess.run(["rm", "-rf", "--one-file-system", "--", str(tree)], check=True)
