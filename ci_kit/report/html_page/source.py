"""The text of a measured file."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Callable
from pathlib import Path


def source_lines(path: Path, repository: Path, redact: Callable[[str], str]) -> list[str] | None:
    """The lines of a file of the repository without secrets; None if it cannot be shown.

    A document of another person may name any file of this machine. Hidden ones, such as `.env` and
    `.git/config`, may contain a login.
    """
    try:
        real = path.resolve()
        inside = real.relative_to(repository.resolve())
        # Whatever else has the name of a source file may never end.
        hidden = any(part.startswith(".") for part in inside.parts)
        data = real.read_bytes() if real.is_file() and not hidden else None
    # A RuntimeError comes from links in a circle.
    except (OSError, ValueError, RuntimeError):
        return None
    if data is None:
        return None
    text = _decoded(data)
    shown = redact(text).split("\n")
    # A secret with line breaks moves the lines after it, and then their states would be wrong.
    return shown if len(shown) == text.count("\n") + 1 else None


def _decoded(data: bytes) -> str:
    """The text of a Python file, or of another file in UTF-8, with every line break as one character."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        encoding = "utf-8"
    text = data.decode(encoding, errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
