"""Linters of workflows, for the examples in the documents."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.waiting import LIMIT

CHECKS: Mapping[str, Sequence[str]] = {
    "actionlint": ["-no-color"],
    "zizmor": ["--offline", "--no-progress", "--quiet", "--pedantic"],
}


def require_valid(text: str, linter: str, folder: Path) -> None:
    """Check a workflow that uses ci-kit's action as OWNER/ci-kit@SHA. ``folder`` is for its file."""
    path = folder / ".github/workflows/example.yml"
    path.parent.mkdir(parents=True)
    (folder / ".git").mkdir()
    path.write_text(text.replace("OWNER/ci-kit@SHA", f"octo-org/ci-kit@{'1' * 40} # v1.0.0"))
    done = subprocess.run(
        [Path(sys.executable).with_name(linter), *CHECKS[linter], path],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
