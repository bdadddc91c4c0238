"""How a workflow installs a project that has no ``install`` setting."""

from __future__ import annotations

from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.managers.table import managers_of, marker_names


def install_script(folder: Path, table: str = "tool.ci-kit.workflow") -> str:
    """The shell commands, a line each, that install the project in ``folder`` with what its tests need.

    Raises UsageError if no package manager's file is there.
    """
    managers = managers_of(folder)
    if not managers:
        raise UsageError(
            f"cannot tell how to install the project in {folder}",
            why=f"none of these files is there: {', '.join(marker_names())}",
            todo=f'set install = ["<command>", …] in [{table}] of pyproject.toml',
        )
    return "".join(f"{command}\n" for command in managers[0].install(folder))
