"""The lines that a change adds or modifies."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.testing.patch.base import Base

# The configuration of the user and of the repository must not change the format.
_DIFF = (
    *("-c", "core.quotePath=true", "diff", "--unified=0", "--inter-hunk-context=0", "--no-prefix"),
    *("--find-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative"),
    "--ignore-submodules=all",
)
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NEW_NAME = "+++ "


def changed_lines(base: Base, *, untracked: bool) -> dict[Path, frozenset[int] | None]:
    """The lines of each file that differ from the base of the change, by the path of the file.

    Changes that are not committed count. None means each line of a file: with ``untracked``, also files that
    git does not track count, unless it ignores them. Raises UnavailableError if git fails.
    """
    repository = base.repository
    answer = repository.ask(*_DIFF, base.commit, "--")
    if not answer.ok:
        raise UnavailableError(
            "git cannot compare the change with its base",
            why=answer.stderr.strip(),
            todo=f"correct what git names; the command is `git diff {base.commit}`",
        )
    changed: dict[Path, frozenset[int] | None] = {
        repository.top / name: lines for name, lines in parse_diff(answer.stdout)
    }
    if untracked:
        listed = repository.ask("ls-files", "--others", "--exclude-standard", "--full-name", "-z", ":/")
        for name in filter(None, listed.stdout.split("\0")):
            changed[repository.top / name] = None
    return changed


def parse_diff(text: str) -> Iterator[tuple[str, frozenset[int]]]:
    """The name and the new lines of each file in the output of `git diff --unified=0 --no-prefix`."""
    # Not splitlines(): a line of a file may contain a form feed, for example.
    lines = iter(text.split("\n"))
    name, found = "", set[int]()
    for line in lines:
        if line.startswith("diff "):
            if found:
                yield name, frozenset(found)
            name, found = "", set()
        elif line.startswith(_NEW_NAME):
            name = _unquoted(line.removeprefix(_NEW_NAME))
        elif match := _HUNK.match(line):
            removed, start, added = (int(one or 1) for one in match.groups())
            found.update(range(start, start + added))
            for _ in range(removed + added):
                # The text of the hunk. It may look like a header.
                next(lines, None)
    if found:
        yield name, frozenset(found)


def _unquoted(name: str) -> str:
    """The name in a header. git quotes special characters as C does, and adds a tab to a name with spaces."""
    if name.startswith('"'):
        return os.fsdecode(ast.literal_eval(f"b{name}"))
    return name.removesuffix("\t")
