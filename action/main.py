"""Start ci-kit on a runner: install its dependencies into a folder of their own, then run its command line.

The project's environment stays as it is: only this process has the folder on its ``sys.path``.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "action.txt"
# Settings of the job's own pip, which pip does not accept together with --target.
REFUSED = ("PIP_TARGET", "PIP_USER", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV")
COMMANDS = ("run", "mysql up", "mysql down")


def main() -> None:
    command = os.environ.get("CI_KIT_COMMAND") or "run"
    if command not in COMMANDS:
        fail(f"the input command is {command!r}; expected one of {', '.join(COMMANDS)}", 64)
    # The processes of the project do not inherit sys.path.
    sys.path[:0] = [str(ROOT), str(dependencies())]
    from ci_kit.cli import main as ci_kit

    folder = os.environ.get("CI_KIT_WORKING_DIRECTORY") or "."
    ci_kit([*command.split(), "-C", folder])


def dependencies() -> Path:
    """The folder with the dependencies, filled by pip on the first use in a job."""
    base = Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir())
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    target = base / f"ci-kit-{digest}"
    if target.is_dir():
        return target
    with tempfile.TemporaryDirectory(dir=base) as unfinished:
        staged = Path(unfinished, "packages")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"),
                *("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
                *("--target", str(staged), "-r", str(LOCK)),
            ],
            check=False,
            env={name: value for name, value in os.environ.items() if name not in REFUSED},
        )
        if done.returncode != 0:
            fail("pip could not install ci-kit's own dependencies; its messages are above", 69)
        try:
            staged.rename(target)
        except OSError:
            # Another job on this machine may have installed them meanwhile.
            if not target.is_dir():
                raise
    return target


def fail(message: str, code: int) -> None:
    print(f"::error title=ci-kit::{message}")
    sys.exit(code)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        # The job was cancelled while pip was running.
        fail("interrupted", 130)
