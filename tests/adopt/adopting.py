"""Runs `ci-kit adopt` on a workflow in a repository of its own."""

from __future__ import annotations

import contextlib
import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ci_kit.cli import main
from tests.adopt.cases import Case

ACTION = "example/ci-kit"
PIN = f"{ACTION}@0123456789abcdef0123456789abcdef01234567 # v1.0.0"


@dataclass(frozen=True)
class Adoption:
    """The exit code and the output of `ci-kit adopt`, and the workflow after it."""

    code: int
    stdout: str
    stderr: str
    data: bytes

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


def adopt(case: Case, folder: Path) -> Adoption:
    """Adopt the workflow in place, in a new repository in the folder."""
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True, timeout=60)
    return adopt_again(case, case.data, folder)


def adopt_again(case: Case, data: bytes, folder: Path, *flags: str) -> Adoption:
    """Adopt this text as the workflow of the case. With flags, ``--in-place`` is not given."""
    file = workflow_file(case, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    stdout, stderr = io.StringIO(), io.StringIO()
    words = ["adopt", *(flags or ("--in-place",)), "--action", PIN, str(file.relative_to(folder))]
    # In this process: a new one for each of many calls takes most of the time.
    with contextlib.chdir(folder), contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = _exit_code(words)
    return Adoption(code, stdout.getvalue(), stderr.getvalue(), file.read_bytes())


def workflow_file(case: Case, folder: Path) -> Path:
    """The path of the workflow in a repository."""
    return folder / ".github" / "workflows" / f"{case.name}.yml"


def _exit_code(words: list[str]) -> int:
    try:
        main(words)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0
