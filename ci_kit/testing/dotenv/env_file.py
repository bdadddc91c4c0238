"""``.env`` files: the variables that they set, and where they are found."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][\w.]*)\s*=[ \t]*(.*?)\s*$")
_REFERENCE = re.compile(r"\$\{(\w+)|\$(\w+)")


def replaced_variables(text: str, environ: Mapping[str, str], *, any_case: bool = False) -> tuple[str, ...]:
    """The variables of ``environ`` to which the text of a ``.env`` file gives another value.

    A value that refers to a variable of ``environ``, such as ``${DB_HOST}``, comes from there. With
    ``any_case``, ``db_host`` stands for ``DB_HOST``.
    """
    names = {name.lower() if any_case else name: name for name in environ}
    found: dict[str, bool] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        name = names.get(match[1].lower() if any_case else match[1]) if match else None
        if match and name:
            words = {one or other for one, other in _REFERENCE.findall(match[2])}
            # The last line counts.
            found[name] = words.isdisjoint(environ) and _value(match[2]) != environ[name]
    return tuple(name for name, differs in found.items() if differs)


def assignment(line: str) -> tuple[str, str] | None:
    """The name and the value that a line of a ``.env`` file sets; None for another line."""
    match = _LINE.match(line)
    return (match[1], _value(match[2])) if match else None


def find_env_file(names: Sequence[str], start: Path, root: Path) -> Path | None:
    """The first file with one of the names in a folder or in those above it, up to the repository's top.

    ``root`` is the folder of the project.
    """
    paths = (folder / name for folder in folders_above(start, root) for name in names)
    return next((path for path in paths if path.is_file()), None)


def folders_above(start: Path, root: Path) -> Iterator[Path]:
    """A folder and those above it, up to the repository's top; without a repository, up to ``root``."""
    folders = [start, *start.parents]
    top = next((folder for folder in folders if (folder / ".git").exists()), root)
    for folder in folders:
        yield folder
        if folder == top:
            return


def _value(written: str) -> str:
    """A value without its quotes and its comment."""
    if written[:1] in {"'", '"'}:
        try:
            return (shlex.split(written, comments=True) or [""])[0]
        except ValueError:
            return written
    return re.split(r"\s#", written, maxsplit=1)[0].strip()
