"""Writes which lines each context executed, for the selection of tests."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any


def write(coverage: Any, path: Path) -> None:
    """Write the lines of each file in groups: those that the same contexts executed."""
    data = coverage.get_data()
    static = coverage.get_option("run:context") or ""
    numbers: dict[str, int] = {}
    files: dict[str, list[list[list[int]]]] = {}
    for file in data.measured_files():
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for line, contexts in data.contexts_by_lineno(file).items():
            # An arc may begin or end outside of the file's lines.
            if line > 0:
                groups[tuple(sorted(contexts))].append(line)
        # With relative_files of coverage, the paths are relative.
        files[str(Path(file).absolute())] = [
            [sorted(lines), [numbers.setdefault(one, len(numbers)) for one in contexts]]
            for contexts, lines in groups.items()
        ]
    names = [_without_static(name, static) for name in numbers]
    path.write_text(json.dumps({"contexts": names, "files": files}), encoding="utf-8")


def _without_static(name: str, static: object) -> str:
    """The part of a context that changes during a run."""
    return (
        ""
        if name == static
        else name[len(f"{static}|") :]
        if static and name.startswith(f"{static}|")
        else name
    )
