"""The linters of workflows."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

SEARCHED = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
"""The PATH with this Python's folder."""


def tool(name: str) -> str:
    """A linter from this Python's folder or the PATH. All linters are development dependencies."""
    found = shutil.which(name, path=SEARCHED)
    assert found, f"{name} is missing: install the development dependencies"
    return found
