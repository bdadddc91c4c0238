"""Lock files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ci_kit.host.locks import hold_lock
from tests.support.waiting import LIMIT, wait_until
from tests.unit.support import make_host


def test_a_dry_run_takes_no_lock(tmp_path: Path) -> None:
    with make_host(dry=True).locked(tmp_path / "new" / "lock") as held:
        assert held
    assert list(tmp_path.iterdir()) == []


def test_only_one_host_holds_a_lock(tmp_path: Path) -> None:
    host, other = make_host(), make_host()
    with host.locked(tmp_path / "lock") as held:
        assert held
        with other.locked(tmp_path / "lock", wait=False) as also_held:
            assert not also_held
    with other.locked(tmp_path / "lock", wait=False) as later:
        assert later


def test_a_waiting_host_takes_the_new_lock_after_the_file_was_removed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    def held_against_others() -> bool:
        with make_host().locked(lock), make_host().locked(lock, wait=False) as also_held:
            return not also_held

    with ThreadPoolExecutor(1) as pool:
        with make_host().locked(lock):
            waiting = pool.submit(held_against_others)
            wait_until(lambda: _times_open(lock) == 2, "the second host at the lock")
            lock.unlink()
        assert waiting.result(LIMIT)


def _times_open(path: Path) -> int:
    links = Path("/dev/fd").iterdir()
    return [os.path.realpath(link) for link in links].count(str(path))


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from ci_kit.host.machine import Host\n"
        "with Host().locked(Path(sys.argv[1])) as held: os._exit(0 if held else 1)"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "lock"], check=True, timeout=LIMIT)
    with make_host().locked(tmp_path / "lock", wait=False) as held:
        assert held


def test_a_lock_is_taken_although_its_folder_is_removed_again_and_again(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    over = threading.Event()

    def remove() -> None:
        while not over.is_set():
            shutil.rmtree(folder, ignore_errors=True)

    remover = threading.Thread(target=remove)
    remover.start()
    try:
        for _ in range(300):
            with hold_lock(folder / "lock", wait=False) as held:
                assert held
    finally:
        over.set()
        remover.join(60)
