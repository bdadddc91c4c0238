"""Environments on the disk, whose Python does nothing."""

from __future__ import annotations

from pathlib import Path

from tests.unit.support import write


def make_environment(folder: Path, *, mark: str = "pyvenv.cfg") -> Path:
    """The Python of a new environment."""
    write(folder, {mark: "", "bin/python": "#!/bin/sh\n"})
    python = folder / "bin/python"
    python.chmod(0o755)
    return python


def make_programs(folder: Path, *names: str) -> Path:
    """A folder for the PATH with programs that do nothing."""
    for name in names:
        path = write(folder, {name: "#!/bin/sh\nexit 1\n"}) / name
        path.chmod(0o755)
    return folder
