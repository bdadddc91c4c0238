"""The tables that apply to a project: its own, and those of the folders above it in its repository."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ci_kit.settings.my_cnf import in_folder
from ci_kit.settings.option import Option, Value
from ci_kit.settings.pairs import Pair
from ci_kit.settings.pyproject import ProjectTable, read_table

# A path in a table is relative to the table's own folder.
_PATHS = frozenset({"files", "init-sql", "mysql-datadir", "mysql-socket"})
# Lines of a my.cnf may have paths.
_LINES = frozenset({"mysql-settings"})
# A name without a slash is looked up on the PATH.
_PROGRAMS = frozenset({"mysqld", "python"})


@dataclass(frozen=True)
class Inherited:
    """One folder's table. ``file`` is its pyproject.toml, relative to the project's folder."""

    folder: Path
    file: str
    table: ProjectTable


def read_tables(folders: Sequence[Path]) -> tuple[Inherited, ...]:
    """The tables of a project's folders, the nearest first. Raises UsageError if a file cannot be read."""
    project = folders[0]
    files = [os.path.relpath(folder / "pyproject.toml", project) for folder in folders]
    return tuple(
        Inherited(folder, file, read_table(folder, shown=file))
        for folder, file in zip(folders, files, strict=True)
    )


def from_folder(option: Option, value: Value, folder: Path) -> Value:
    """The value of an option that a table in another folder gives: its relative paths start there."""
    match value:
        case str() if option.name in _PATHS and value:
            return str(folder / value)
        case str() if option.name in _PROGRAMS and "/" in value:
            return str(folder / value)
        case (str(), *_) if option.name in _PATHS | _LINES:
            words, lines = map(str, value), option.name in _LINES
            return tuple(in_folder(one, folder) if lines else str(folder / one) for one in words)
        case (Pair(), *_) if option.name in _PATHS:
            pairs = (one for one in value if isinstance(one, Pair))
            return tuple(Pair(str(folder / one.name), str(folder / one.text)) for one in pairs)
        case (str() as program, *words) if option.name in _PROGRAMS and "/" in program:
            return str(folder / program), *words
    return value


def nearest_tables(tables: Sequence[Inherited]) -> Mapping[str, Inherited]:
    """Every key of the tables, and the nearest table that has it."""
    return {name: found for found in reversed(tables) for name in found.table.values}
