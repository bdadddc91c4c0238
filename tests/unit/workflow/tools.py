"""The linters of workflows."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def tool(name: str) -> str:
    """A linter from this Python's folder or the PATH. All linters are development dependencies."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    found = shutil.which(name, path=path)
    assert found, f"{name} is missing: install the development dependencies"
    return found
