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
    """The workflow after `ci-kit adopt --in-place`, and what ci-kit said."""

    code: int
    text: str
    data: bytes


def adopt(case: Case, folder: Path) -> Adoption:
    """Adopt the workflow in place, in a new repository in the folder."""
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True, timeout=60)
    return adopt_again(case, case.data, folder)


def adopt_again(case: Case, data: bytes, folder: Path, *flags: str) -> Adoption:
    """Adopt this text as the workflow of the case. With flags, ``--in-place`` is not given."""
    file = folder / ".github" / "workflows" / f"{case.name}.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    code, text = _ci_kit("adopt", *(flags or ("--in-place",)), "--action", PIN, str(file))
    return Adoption(code, text, file.read_bytes())


def _ci_kit(*words: str) -> tuple[int, str]:
    """The exit code and the output of a call in this process."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            main(list(words))
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
            return code, output.getvalue()
    return 0, output.getvalue()
