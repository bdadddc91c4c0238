"""Tables in other tools' TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path


def read_table(file: Path, *keys: str) -> Mapping[str, object]:
    """The table at the path ``keys`` in a TOML file; empty if it is not there.

    A file that cannot be read counts as empty: the tool that owns the file reports what is wrong with it.
    """
    try:
        value: object = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
