"""Write requirements/: every package by version and hash, without the address of an index.

``dev.txt`` is for work on ci-kit. The action installs ``action.txt`` on a runner: only the run-time
dependencies. For mysql-connector-python it lists only the hash of the pure Python wheel, so that pip takes
this wheel: the other wheels are forty times as large. Versions stay as they are, except with ``--upgrade``.
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
DEV, ACTION = ROOT / "requirements" / "dev.txt", ROOT / "requirements" / "action.txt"
PURE = "mysql-connector-python"
ACTION_PACKAGES = ("click", "jinja2", "markupsafe", PURE, "pytest-json-report", "pytest-metadata", "pyyaml")
HEADER = "# Written by tools/lock.py; run `make lock` to write it again.\n"
COMPILE = (
    *(sys.executable, "-m", "uv", "pip", "compile", "--quiet"),
    *("--universal", "--python-version=3.11", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"),
    *("--extra=tests", "--group=dev", "pyproject.toml"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write requirements/.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest release of every package")
    dev = compile_lock(upgrade=parser.parse_args().upgrade)
    blocks = {name: block for block in split(dev) if (name := name_of(block)) in ACTION_PACKAGES}
    blocks[PURE] = pure(blocks[PURE])
    DEV.write_text(HEADER + dev, encoding="utf-8")
    ACTION.write_text(HEADER + "".join(blocks[name] for name in ACTION_PACKAGES), encoding="utf-8")


def compile_lock(*, upgrade: bool) -> str:
    """Every dependency for every platform and Python, with hashes."""
    with tempfile.TemporaryDirectory() as folder:
        # uv keeps the versions that it finds in its output file.
        output = Path(folder, DEV.name)
        shutil.copy(DEV, output)
        options = [f"--output-file={output}", *(["--upgrade"] if upgrade else [])]
        subprocess.run([*COMPILE, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
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
