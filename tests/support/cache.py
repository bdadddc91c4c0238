"""A cache of folders that are slow to build. All test runs on the machine share it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Not in root's home, which other users cannot read. A server that root starts switches to another user, and
# could not open its plugins, components and message files there.
ROOTS_CACHE = Path("/var/cache/ci-kit-tests")


def folder() -> Path:
    """The tests' cache folder: CI_KIT_TEST_CACHE, or a folder in the user's cache."""
    if chosen := os.environ.get("CI_KIT_TEST_CACHE"):
        return Path(chosen).absolute()
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen) / "ci-kit-tests"
    return ROOTS_CACHE if os.geteuid() == 0 else Path.home() / ".cache" / "ci-kit-tests"


@contextmanager
def locked(name: str, cache: Path) -> Iterator[None]:
    """Hold the lock for building `name` in this cache folder."""
    if not cache.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        cache.chmod(0o755)
    with (cache / f"{name}.lock").open("w") as handle:
        # The kernel releases the lock when the process ends, also when it is killed.
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch(name: str, cache: Path) -> Iterator[Path]:
    """A temporary folder in the cache, removed at the end; call it under `locked(name)`.

    Move the finished result out of it with :func:`replace`.
    """
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
    """Move a finished folder to its place in one step, so that others never see a part of it."""
    if target.exists():
        remove(target)
    finished.rename(target)


def remove(tree: Path) -> None:
    """Delete a folder, but nothing that is mounted below it."""
    subprocess.run(["rm", "-rf", "--one-file-system", "--", str(tree)], check=True, timeout=300)
