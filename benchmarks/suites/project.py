"""The unpacked archive of a suite, with an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from benchmarks.suites.description import Suite
from tests.support import cache


def archive(suite: Suite) -> Path:
    """The source archive in the cache folder; pip downloads it once and checks its hash."""
    folder = cache.folder() / "suites" / suite.sha256[:16]
    with cache.locked("suites", cache.folder()):
        if not folder.is_dir():
            folder.parent.mkdir(exist_ok=True)
            with cache.scratch("suites", folder.parent) as building:
                _download(suite, building)
                cache.replace(building, folder)
                building.mkdir()
    return next(folder.glob("*.tar.gz"))


def _download(suite: Suite, folder: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirement:
        requirement.write(f"{suite.requirement} --hash=sha256:{suite.sha256}\n")
        requirement.flush()
        pip = [sys.executable, "-m", "pip", "--quiet", "download", "--require-hashes", "--no-deps"]
        package = suite.requirement.partition("==")[0]
        subprocess.run(
            [*pip, f"--no-binary={package}", "--dest", str(folder), "--requirement", requirement.name],
            check=True,
        )


def unpack(suite: Suite, folder: Path, port: int) -> Path:
    """A fresh copy of the project in ``folder``, with the suite's packages in its ``.venv``."""
    project = folder / suite.folder
    shutil.rmtree(project, ignore_errors=True)
    with tarfile.open(archive(suite)) as tar:
        tar.extractall(folder, filter="data")
    suite.prepare(project, port)
    uv = [sys.executable, "-m", "uv", "--quiet"]
    environment = project / ".venv"
    subprocess.run([*uv, "venv", f"--python={sys.executable}", str(environment)], check=True)
    python = environment / "bin" / "python"
    install = ["pip", "install", "--require-hashes", f"--python={python}", "--requirement"]
    subprocess.run([*uv, *install, str(suite.requirements)], check=True)
    return project
