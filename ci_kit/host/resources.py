"""What the machine has: cores and memory, within the limits of its control groups.

Sources: proc(5) for ``/proc``, and "Control Group v2" in Linux's documentation for ``/sys/fs/cgroup``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_GROUPS = Path("/sys/fs/cgroup")
_KIB = 1024
_BLOCK = 512


def usable_cores() -> int:
    """The cores that this process may use, at least 1. A quota of a control group is rounded up."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    for group in _groups():
        # "max" if there is no quota.
        quota, _, period = _text(group / "cpu.max").partition(" ")
        if quota.isdigit() and period.strip().isdigit():
            cores = min(cores, math.ceil(int(quota) / int(period)))
    return max(1, cores)


def free_memory() -> int | None:
    """The memory that processes can still use, in bytes; None on a system without /proc."""
    available = _value(_PROC / "meminfo", "MemAvailable:")
    if available is None:
        return None
    free = available * _KIB
    for group in _groups():
        limit, used = _text(group / "memory.max").strip(), _text(group / "memory.current").strip()
        if limit.isdigit() and used.isdigit():
            # The kernel drops the cache of files that no process has used for a while.
            cache = _value(group / "memory.stat", "inactive_file") or 0
            free = min(free, int(limit) - int(used) + cache)
    return max(0, free)


def resident_memory(pid: int) -> int:
    """The memory of a process, in bytes; 0 if it is unknown."""
    return (_value(_PROC / str(pid) / "status", "VmRSS:") or 0) * _KIB


def folder_size(folder: Path) -> int:
    """The space that the files of a folder take, in bytes."""
    size = 0
    for path, _, names in os.walk(folder):
        for name in names:
            # A server may remove a file at any moment.
            with suppress(OSError):
                size += Path(path, name).lstat().st_blocks * _BLOCK
    return size


def _groups() -> Iterator[Path]:
    """The control group of this process, and those above it."""
    own = next((line for line in _text(_PROC / "self/cgroup").splitlines() if line.startswith("0::")), "")
    path = Path(own.removeprefix("0::") or "/")
    for part in (path, *path.parents):
        yield _GROUPS / str(part).lstrip("/")


def _value(file: Path, name: str) -> int | None:
    """The number after a name at the start of a line."""
    for line in _text(file).splitlines():
        if line.startswith(name):
            return int(line.removeprefix(name).split()[0])
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
