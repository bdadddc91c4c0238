"""What a lock file lists."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

_HASH = re.compile(r"--hash[ =]")


def lists_package(file: Path, name: str) -> bool:
    """Whether a lock file lists a package; False if the file cannot be read.

    ``name`` is in lower case, with hyphens.
    """
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        return name in (_read_json(text) if file.name == "Pipfile.lock" else _read(file.name, text))
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        # The manager reports what is wrong with its file.
        return False


def requirements_files(folder: Path) -> list[str]:
    """The names of a project's requirements files, such as requirements-dev.txt and requirements/test.txt."""
    files = [*folder.glob("*requirements*.txt"), *folder.glob("requirements/*.txt")]
    return sorted(str(file.relative_to(folder)) for file in files)


def has_hashes(requirements: Path) -> bool:
    """Whether a requirements file pins its packages by hash. pip then installs nothing else."""
    return bool(_HASH.search(requirements.read_text(encoding="utf-8", errors="replace")))


def _read(file_name: str, text: str) -> set[str]:
    if file_name.endswith(".lock"):
        return {package["name"] for package in tomllib.loads(text).get("package", ())}
    names = re.findall(r"^\s*([A-Za-z0-9][\w.-]*)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def _read_json(text: str) -> set[str]:
    document = json.loads(text)
    return {name for section in ("default", "develop") for name in document.get(section, {})}
