"""Start ci-kit on a runner: install its dependencies into a folder of their own, then run its command line.

The project's environment stays as it is: only this process has the folder on its ``sys.path``. It runs in
Python's isolated mode, so that no file and no variable of the project changes what it imports.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "action.txt"
# Settings of the job's own pip, which pip does not accept together with --target. It needs no token.
REFUSED = ("PIP_TARGET", "PIP_USER", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "CI_KIT_TOKEN")
COMMANDS = ("run", "report", "combine", "mysql up", "mysql down")
WITH_DOCUMENTS = ("report", "combine")

# The modules of ci-kit that need no dependency.
sys.path.insert(0, str(ROOT))

from ci_kit.errors import CiKitError, UnavailableError, UsageError  # noqa: E402
from ci_kit.host.files import is_own  # noqa: E402
from ci_kit.streams import ignore_lost_output  # noqa: E402


def main() -> None:
    """Run the command of the input. Raises UsageError and UnavailableError."""
    command = os.environ.get("CI_KIT_COMMAND") or "run"
    if command not in COMMANDS:
        raise UsageError(
            f"the input command is {command!r}",
            todo=f"choose one of {', '.join(COMMANDS)}",
        )
    # The processes of the project do not inherit sys.path.
    sys.path.insert(1, str(dependencies()))
    from ci_kit.cli import main as ci_kit

    folder = os.environ.get("CI_KIT_WORKING_DIRECTORY") or "."
    ci_kit([*command.split(), "-C", folder, *(documents() if command in WITH_DOCUMENTS else ())])


def documents() -> list[str]:
    """The words of the input ``documents``, after what ends the options. Raises UsageError."""
    try:
        return ["--", *shlex.split(os.environ.get("CI_KIT_DOCUMENTS", ""))]
    except ValueError as error:
        raise UsageError(
            "the input documents is not valid",
            why=f"expected words as in a shell command: {error}",
            todo="close each quote",
        ) from None


def dependencies() -> Path:
    """The folder with the dependencies, filled by pip on the first use in a job.

    A folder that another user could have filled is not used.
    """
    base = Path(os.environ.get("RUNNER_TEMP") or tempfile.gettempdir())
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    target = base / f"ci-kit-{digest}"
    if is_own(target) and target.is_dir():
        return target
    # Only this user can enter it, and so it stays until ci-kit ends, or gets the name above.
    staged = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=base))
    atexit.register(shutil.rmtree, staged, ignore_errors=True)
    install(staged / "packages")
    if not os.path.lexists(target):
        try:
            # Others cannot write into it, whatever this user's umask is.
            (staged / "packages").chmod(0o700)
            (staged / "packages").rename(target)
        except OSError:
            # Another job on this machine has installed them meanwhile.
            return staged / "packages"
        return target
    return staged / "packages"


def install(folder: Path) -> None:
    """Install the dependencies by hash. Raises UnavailableError."""
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-m", "pip", "install", "-q", "--disable-pip-version-check"),
            *("--require-hashes", "--no-deps", "--only-binary=:all:", "--no-compile"),
            *("--target", str(folder), "-r", str(LOCK)),
        ],
        check=False,
        env={name: value for name, value in os.environ.items() if name not in REFUSED},
    )
    if done.returncode != 0:
        raise UnavailableError(
            "pip could not install ci-kit's own dependencies",
            why=f"it ended with {done.returncode}; its messages are above",
            todo="check the network of the runner, and the settings of pip (PIP_* variables, pip.conf)",
        )


def end_early(error: CiKitError) -> NoReturn:
    """Report an error of this program, as ci-kit reports its own."""
    from ci_kit.github import Runner
    from ci_kit.host.machine import Host
    from ci_kit.report.early_end import publish_error

    runner = Runner(Host())
    runner.host.console.error(error.lines())
    runner.annotate("error", "\n".join(error.lines()), title="ci-kit")
    publish_error(error, runner)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    ignore_lost_output()
    try:
        main()
    except CiKitError as problem:
        end_early(problem)
    except KeyboardInterrupt:
        # The job was cancelled while pip was running.
        print("::error title=ci-kit::interrupted")
        sys.exit(130)
