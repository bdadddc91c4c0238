"""Real runs that leave their documents, and the report of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.unit.support import ALONE, SELF_HOSTED, ci_kit, write

HOSTILE_NAME = "x | `y` <b> ](z) ::error::n ##[error] &lt;"


def run(project: Path, document: Path, *words: str, **env: str) -> int:
    """A real run that leaves a document."""
    flags = (f"--python={sys.executable}", "--mysql=off", f"--run-report={document}")
    return ci_kit("run", "-C", project, *flags, *words, env=ALONE | env).returncode


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    (folder / ".git").mkdir(parents=True)
    return write(folder, files)


def reported(checkout: Path, *words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    done = ci_kit("report", "-C", checkout, *words, env=env)
    assert "Traceback" not in done.stderr
    return done


def on_runner(checkout: Path) -> dict[str, str]:
    files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}
    beside = {name: str(checkout.with_name(file)) for name, file in files.items()}
    return {**SELF_HOSTED, **beside, "GITHUB_WORKSPACE": str(checkout)}
