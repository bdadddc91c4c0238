"""The documents of runs that words of a command line name."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.report.document.run_document import FORMAT, from_document, load_document
from ci_kit.report.failed_again import safe_again
from ci_kit.report.run_report import RunReport


def gather_runs(
    words: Sequence[str], *, root: Path, repository: Path, written: Path | None = None
) -> list[RunReport]:
    """The reports in the documents that the words name: files, folders or patterns, relative to ``root``.

    A folder means the documents in it and below it. ``written`` is the document that this command writes: one
    from an earlier call is left out. Raises UsageError for a word without a document, for a broken one, and
    without a word.
    """
    if not words:
        raise UsageError(
            "the documents of the runs are missing",
            todo="name files, folders or patterns: as arguments, or by the action's input documents",
        )
    reports: dict[Path, RunReport] = {}
    for word in words:
        found = {path: data for path, data in _documents(word, root) if path != written}
        if not found:
            raise UsageError(
                f"{word} has no document of a run",
                why=f"none of its files is a JSON document with the format {FORMAT}"
                if (root / word).exists()
                else "no document matches the pattern",
                todo="name the files that the setting run-report has written, or their folder",
            )
        for path, data in found.items():
            if path not in reports:
                report = from_document(data, repository, name=str(path))
                name = report.name or _shown(path, root)
                reports[path] = replace(report, name=name, again=safe_again(report.again))
    return list(reports.values())


def _documents(word: str, root: Path) -> Iterator[tuple[Path, object]]:
    """The path and the data of each document. A file that a pattern finds may have another format."""
    path = root / word
    # Path.is_file() raises an error for a name that is too long, and below a closed folder.
    is_folder = os.path.isdir(path)  # noqa: PTH112
    if os.path.isfile(path) or not (is_folder or glob.has_magic(word)):  # noqa: PTH113
        yield path.resolve(), load_document(path)
        return
    pattern = f"{glob.escape(word)}/**/*.json" if is_folder else word
    # Path.glob() has no absolute patterns.
    for name in sorted(glob.glob(pattern, root_dir=root, recursive=True, include_hidden=True)):  # noqa: PTH207
        found = root / name
        if os.path.isdir(found):  # noqa: PTH112
            yield from _documents(name, root)
        elif os.path.isfile(found):  # noqa: PTH113
            data = load_document(found)
            if isinstance(data, dict) and data.get("format") == FORMAT:
                yield found.resolve(), data


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
