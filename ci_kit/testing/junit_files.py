"""The JUnit XML files of the setting junit-xml: which of them a command has written."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path

from ci_kit.host.files import describe_error
from ci_kit.testing.junit import read_junit
from ci_kit.testing.results import UNKNOWN, Results, total_results


class JunitFiles:
    """The files at the moment before a command starts. ``names`` are files, folders or patterns.

    A file that the command does not write belongs to an earlier run, or to another command.
    """

    def __init__(self, root: Path, names: Sequence[str]) -> None:
        self._root = root
        self._names = names
        self._before = {path: _identity(path) for path in self._files()}

    def read_new(self, command: str) -> tuple[Results, list[str]]:
        """The results in the files that the command has written since then, and warnings about them.

        The counts are unknown if there is no such file, or if one of them cannot be read.
        """
        if not self._names:
            return UNKNOWN, []
        new = [path for path in self._files() if self._before.get(path) != _identity(path)]
        if not new:
            names = ", ".join(self._names)
            return UNKNOWN, [
                f"`{command}` wrote no file that junit-xml names ({names}): its counts are unknown"
            ]
        found: list[Results | None] = []
        warnings: list[str] = []
        for path in new:
            try:
                found.append(read_junit(path, self._root))
            except (OSError, ValueError) as error:
                why = describe_error(error) if isinstance(error, OSError) else str(error)
                warnings.append(f"the counts of `{command}` are unknown: cannot read {path}: {why}")
        # The failures in the other files are known all the same.
        unread = [None] if warnings else []
        return total_results([*found, *unread]), warnings

    def _files(self) -> list[Path]:
        """Each file once. A folder means the XML files in it."""
        found: set[Path] = set()
        for name in self._names:
            # Path.glob() has no absolute patterns.
            for match in glob.glob(name, root_dir=self._root, recursive=True):  # noqa: PTH207
                path = self._root / match
                found |= set(path.glob("*.xml")) if path.is_dir() else {path}
        # A pipe would never end.
        return sorted(path for path in found if path.is_file())


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
