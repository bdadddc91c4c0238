"""Write requirements/: what is installed, by hash, and from no address in particular.

``dev.txt`` is for working on ci-kit. ``action.txt`` is what the action installs on a runner: the run-time
dependencies alone, of mysql-connector-python the wheel in pure Python (a fortieth of the others' size), which
pip takes when it is the only one whose hash is listed.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PURE = "mysql-connector-python"
ACTION = ("click", "jinja2", "markupsafe", PURE, "pytest-json-report", "pytest-metadata", "pyyaml")
HEADER = "# Written by tools/lock.py; run `make lock` to write it anew.\n"


def main() -> None:
    dev = compile_lock()
    (ROOT / "requirements/dev.txt").write_text(HEADER + dev, encoding="utf-8")
    blocks = {name: block for block in split(dev) if (name := name_of(block)) in ACTION}
    blocks[PURE] = pure(blocks[PURE])
    (ROOT / "requirements/action.txt").write_text(
        HEADER + "".join(blocks[name] for name in ACTION), encoding="utf-8"
    )


def compile_lock() -> str:
    """Every dependency for every platform and Python, with hashes."""
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "compile",
        "--universal",
        "--python-version=3.11",
        "--quiet",
    ]
    options = [
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--no-header",
        "--no-annotate",
    ]
    sources = ["--extra=tests", "--group=dev", "pyproject.toml"]
    done = subprocess.run(
        [*command, *options, *sources], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


def split(lock: str) -> list[str]:
    return re.findall(r"^\S.*\n(?:[ ]+.*\n)*", lock, re.MULTILINE)


def name_of(block: str) -> str:
    return block.partition("==")[0].strip()


def pure(block: str) -> str:
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
