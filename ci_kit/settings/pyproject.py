"""The tables of ci-kit in a project's pyproject.toml."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci_kit.errors import UsageError

TABLE = "tool.ci-kit"
_NAME = "ci-kit"


@dataclass(frozen=True)
class ProjectTable:
    """``[tool.ci-kit]`` as it is written, and a warning for each table with a similar name."""

    values: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


def read_table(root: Path, *, shown: str = "pyproject.toml") -> ProjectTable:
    """``[tool.ci-kit]`` of the pyproject.toml in the folder ``root``; empty if there is none.

    ``shown`` is the file's path in warnings.

    Raises UsageError if the file cannot be read.
    """
    # Here, because `ci-kit --help` loads this module and reads no file.
    import tomllib

    path = root / "pyproject.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ProjectTable({})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {path}", why=str(error), todo="correct the file") from error
    tools = document.get("tool", {})
    table = tools.get(_NAME, {}) if isinstance(tools, dict) else None
    if not isinstance(table, dict):
        raise UsageError(f"[{TABLE}] in {path} is not a table", todo=f"write it as a [{TABLE}] section")
    return ProjectTable(table, tuple(_similar_names(tools, shown)))


def resolve_root(root: Path) -> Path:
    """The absolute path of the project's folder. Raises UsageError if there is no such folder."""
    # The current folder may have been removed.
    with suppress(OSError):
        resolved = root.resolve()
        if resolved.is_dir():
            return resolved
    raise UsageError(f"no such folder: {root}", todo="give the project's folder with -C")


def _similar_names(tools: Mapping[str, Any], shown: str) -> list[str]:
    return [
        f"[tool.{name}] in {shown} is ignored; did you mean [{TABLE}]?"
        for name in tools
        if name != _NAME and name.lower().replace("_", "").replace("-", "") == "cikit"
    ]
