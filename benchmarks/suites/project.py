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


def unpack(suite: Suite, folder: Path) -> Path:
    """A fresh copy of the project in ``folder``, with the added files, and its packages in ``.venv``."""
    project = folder / suite.folder
    shutil.rmtree(project, ignore_errors=True)
    with tarfile.open(archive(suite)) as tar:
        tar.extractall(folder, filter="data")
    add_files(suite.added, project)
    uv = [sys.executable, "-m", "uv", "--quiet"]
    environment = project / ".venv"
    subprocess.run([*uv, "venv", f"--python={sys.executable}", str(environment)], check=True)
    install = [*uv, "pip", "install", f"--python={environment}"]
    subprocess.run([*install, "--require-hashes", "--requirement", str(suite.requirements)], check=True)
    if suite.editable:
        subprocess.run(
            [*install, "--no-deps", "--no-build-isolation", "--editable", str(project)], check=True
        )
    return project


def add_files(added: Path, project: Path) -> None:
    """Copy the files into the project. If it has one of them, such as ``pyproject.toml``, append to it."""
    for source in (path for path in added.rglob("*") if path.is_file()):
        text, target = source.read_text(encoding="utf-8"), project / source.relative_to(added)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("a", encoding="utf-8") as file:
            file.write(f"\n{text}" if file.tell() else text)
