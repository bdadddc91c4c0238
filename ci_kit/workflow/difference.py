"""The difference of two texts, in the form that ``patch`` and ``git apply`` read."""

from __future__ import annotations

import difflib


def unified_diff(before: str, after: str, names: tuple[str, str]) -> str:
    """The unified diff of two texts; empty if they are equal. ``names`` are those of the files."""
    lines = difflib.unified_diff(_lines(before), _lines(after), fromfile=names[0], tofile=names[1])
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    # Not splitlines(): it also splits at characters that are no line break for git.
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
