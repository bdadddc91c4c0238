"""Write requirements/: every package by version and hash, without the address of an index.

``dev.txt`` is for work on ci-kit. The action installs ``action.txt`` on a runner: only the run-time
dependencies. For mysql-connector-python it lists only the hash of the pure Python wheel, so that pip takes
this wheel: the other wheels are forty times as large. ``managers.txt`` has the package managers that the
tests start. Each file in tests/environments is for a virtual environment of the tests. Each file in
benchmarks/suites/requirements is for the tests of a public project. Versions stay as they are, except with
``--upgrade``.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
DEV, ACTION, MANAGERS = (REQUIREMENTS / name for name in ("dev.txt", "action.txt", "managers.txt"))
PURE = "mysql-connector-python"
ACTION_PACKAGES = (
    *("click", "execnet", "jinja2", "markupsafe", PURE),
    *("pytest-json-report", "pytest-metadata", "pytest-xdist", "pyyaml"),
)
HEADER = "# Written by tools/lock.py; run `make lock` to write it again.\n"
DESCRIBED = (ROOT / "tests" / "environments", ROOT / "benchmarks" / "suites" / "requirements")
COMPILE = (
    *(sys.executable, "-m", "uv", "pip", "compile", "--quiet"),
    *("--universal", "--python-version=3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"),
)
DEV_SOURCES = ("--extra=tests", "--group=dev", "pyproject.toml")
MANAGERS_SOURCES = ("--group=pyproject.toml:managers",)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write requirements/.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest release of every package")
    upgrade = parser.parse_args().upgrade
    dev = compile_lock(DEV, DEV_SOURCES, upgrade=upgrade)
    blocks = {name: block for block in split(dev) if (name := name_of(block)) in ACTION_PACKAGES}
    blocks[PURE] = pure(blocks[PURE])
    DEV.write_text(HEADER + dev, encoding="utf-8")
    MANAGERS.write_text(HEADER + compile_lock(MANAGERS, MANAGERS_SOURCES, upgrade=upgrade), encoding="utf-8")
    ACTION.write_text(HEADER + "".join(blocks[name] for name in ACTION_PACKAGES), encoding="utf-8")
    for described in sorted(file for folder in DESCRIBED for file in folder.glob("*.in")):
        locked = described.with_suffix(".txt")
        locked.write_text(HEADER + compile_lock(locked, (str(described),), upgrade=upgrade), encoding="utf-8")


def compile_lock(file: Path, sources: tuple[str, ...], *, upgrade: bool) -> str:
    """Every dependency for every platform and Python, with hashes, in the versions of the lock ``file``."""
    with tempfile.TemporaryDirectory() as folder:
        # uv keeps the versions that it finds in its output file.
        output = Path(folder, file.name)
        if file.exists():
            shutil.copy(file, output)
        options = [f"--output-file={output}", *(["--upgrade"] if upgrade else [])]
        subprocess.run([*COMPILE, *sources, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return output.read_text(encoding="utf-8")


def split(lock: str) -> list[str]:
    """The blocks of a lock: a requirement with its hashes each."""
    return re.findall(r"^\S.*\n(?:[ ]+.*\n)*", lock, re.MULTILINE)


def name_of(block: str) -> str:
    return block.partition("==")[0].strip()


def pure(block: str) -> str:
    """The block with only the hash of the pure Python wheel."""
    requirement = block.partition(" \\")[0]
    with tempfile.TemporaryDirectory() as folder:
        platform = ["--platform=any", "--implementation=py", "--abi=none", "--python-version=3.11"]
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"),
                *(*platform, "-d", folder, requirement),
            ],
            check=True,
        )
        (wheel,) = Path(folder).glob("*-none-any.whl")
        return f"{requirement} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


if __name__ == "__main__":
    main()
