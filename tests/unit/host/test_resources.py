"""What the machine has, by Linux's own files; some tests have files of their own in their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ci_kit.host import resources
from ci_kit.host.resources import folder_size, free_memory, resident_memory, usable_cores

needs_proc = pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="this system has no /proc")
KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with ``proc`` and ``cgroup``, in place of the machine's own."""
    for name in ("proc/self", "cgroup/box/job"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemTotal: 9000 kB\nMemAvailable: 8000 kB\n")
    (tmp_path / "proc/self/cgroup").write_text("1:name=systemd:/other\n0::/box/job\n")
    monkeypatch.setattr(resources, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(resources, "_GROUPS", tmp_path / "cgroup")
    return tmp_path


@needs_proc
def test_this_process_takes_memory_that_is_no_longer_free() -> None:
    free = free_memory()
    assert free is not None
    assert 0 < resident_memory(os.getpid()) < free
    assert resident_memory(2**22 + 1) == 0


def test_there_is_at_least_one_core_and_never_more_than_the_machine_has() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


def test_the_limit_of_a_group_above_counts_and_the_cache_of_files_does_not(machine: Path) -> None:
    assert free_memory() == 8000 * KIB
    (machine / "cgroup/box/job/memory.max").write_text("max\n")
    (machine / "cgroup/box/job/memory.current").write_text("4096\n")
    assert free_memory() == 8000 * KIB
    (machine / "cgroup/box/memory.max").write_text(f"{4 * MIB}\n")
    (machine / "cgroup/box/memory.current").write_text(f"{3 * MIB}\n")
    assert free_memory() == MIB
    (machine / "cgroup/box/memory.stat").write_text(f"active_file {MIB}\ninactive_file {2 * MIB}\n")
    assert free_memory() == 3 * MIB
    (machine / "cgroup/box/memory.max").write_text("4096\n")
    assert free_memory() == 0


def test_without_proc_the_free_memory_is_unknown(machine: Path) -> None:
    (machine / "proc/meminfo").unlink()
    assert free_memory() is None


def test_a_quota_of_a_group_limits_the_cores(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert usable_cores() == 8
    (machine / "cgroup/box/cpu.max").write_text("150000 100000\n")
    assert usable_cores() == 2
    (machine / "cgroup/box/job/cpu.max").write_text("50000 100000\n")
    assert usable_cores() == 1
    (machine / "cgroup/box/job/cpu.max").write_text("max 100000\n")
    assert usable_cores() == 2


def test_the_size_of_a_folder_is_the_space_that_its_files_take(tmp_path: Path) -> None:
    assert folder_size(tmp_path) == 0
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "full").write_bytes(b"x" * MIB)
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(10 * MIB)
    assert MIB <= folder_size(tmp_path) < 2 * MIB
