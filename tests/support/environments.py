"""Virtual environments with other versions of the test tools than this one has, and with package managers.

Each has a lock file, and ``make lock`` writes its versions and hashes. They are in the tests' cache, with
their compiled modules.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import cache
from tests.support.waiting import LIMIT

ROOT = Path(__file__).parents[2]


# Its scripts work also after it is moved to the cache.
_VENV = ("venv", "--relocatable", f"--python={sys.executable}")


def environment(name: str) -> str:
    """The Python of an environment that tests/environments describes. No test may change it."""
    return _environment(ROOT / "tests" / "environments" / f"{name}.txt")


def managers() -> Path:
    """The folder of the programs of real package managers, such as Poetry."""
    return Path(_environment(ROOT / "requirements" / "managers.txt")).parent


def _environment(locked: Path) -> str:
    name = locked.stem
    key = hashlib.sha256(locked.read_bytes() + f"{_VENV} {sys.executable} {sys.version}".encode()).hexdigest()
    folder = cache.folder() / f"{name}-{key[:12]}"
    with cache.locked(name, cache.folder()):
        if not folder.exists():
            with cache.scratch(name, cache.folder()) as building:
                _make(building / "environment", locked)
                cache.replace(building / "environment", folder)
    return str(folder / "bin" / "python")


def copy_environment(name: str, folder: Path) -> tuple[str, Path]:
    """The Python of a copy that a test may change, and the folder of its packages."""
    shutil.copytree(Path(environment(name)).parents[1], folder, symlinks=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    return str(folder / "bin" / "python"), packages


def _make(folder: Path, locked: Path) -> None:
    python = f"--python={folder / 'bin' / 'python'}"
    install = ("install", "--require-hashes", f"--requirement={locked}", python, "--compile-bytecode")
    for words in ((*_VENV, folder), ("pip", *install)):
        subprocess.run([sys.executable, "-m", "uv", *words, "--quiet"], check=True, timeout=LIMIT)
