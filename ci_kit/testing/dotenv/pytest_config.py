"""What pytest-env and pytest-dotenv set over the environment, by the project's pytest configuration.

Source: the code of both plugins. pytest-env replaces a variable unless its line has the flag ``D:``;
pytest-dotenv does so only with ``env_override_existing_values``. The option ``--envfile`` of both replaces.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from configparser import ConfigParser, Error
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

# The files in which pytest looks, in its order, and the section of each.
_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("pytest.toml", ("pytest",)),
    (".pytest.toml", ("pytest",)),
    ("pytest.ini", ("pytest",)),
    (".pytest.ini", ("pytest",)),
    ("pyproject.toml", ("tool", "pytest", "ini_options")),
    ("pyproject.toml", ("tool", "pytest")),
    ("tox.ini", ("pytest",)),
    ("setup.cfg", ("tool:pytest",)),
)
_TRUE = {"1", "true", "yes", "on"}
# `DB_URL={MYSQL_HOST}:3306` takes the value from the environment.
_REFERENCE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Configuration:
    """pytest's options in a file of the project, and the table of pytest-env."""

    file: str
    options: Mapping[str, Any]
    env_table: Mapping[str, Any]

    def words(self, name: str) -> list[str]:
        """The lines of an option."""
        value = self.options.get(name, ())
        lines = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else ()
        return [str(line).strip() for line in lines if str(line).strip()]

    def is_on(self, name: str) -> bool:
        return str(self.options.get(name, "")).strip().lower() in _TRUE


def read_configuration(root: Path) -> Configuration:
    """Pytest's configuration of the project; empty if it has none."""
    env_table = _table(root / "pyproject.toml", ("tool", "pytest_env")) or {}
    for name, section in _FILES:
        options = (_table if name.endswith(".toml") else _section)(root / name, section)
        if options is not None:
            return Configuration(name, options, env_table)
    return Configuration("pyproject.toml", {}, env_table)


def loaded_files(
    found: Configuration, arguments: Sequence[str], has: Collection[str]
) -> Iterator[tuple[str, str]]:
    """The ``.env`` files that a plugin loads over the environment, each with what loads it."""
    words = [*" ".join(found.words("addopts")).split(), *arguments]
    for word, following in pairwise([*words, ""]):
        if word.partition("=")[0] == "--envfile" and has:
            yield (word.partition("=")[2] or following).lstrip("+"), "--envfile"
    if "pytest_dotenv" in has and found.is_on("env_override_existing_values"):
        for file in found.words("env_files") or [".env"]:
            yield file, f"env_override_existing_values in {found.file}"
    if "pytest_env" in has:
        files = found.env_table.get("env_files")
        skips = found.env_table.get("env_files_skip_if_set", found.is_on("env_files_skip_if_set"))
        for file in () if skips else files if isinstance(files, list) else found.words("env_files"):
            yield str(file), f"env_files of pytest-env in {found.file}"


def set_variables(found: Configuration, environ: Mapping[str, str], has: Collection[str]) -> tuple[str, ...]:
    """The variables of ``environ`` that lines of pytest-env replace."""
    if "pytest_env" not in has:
        return ()
    entries = _table_entries(found.env_table) if found.env_table else _lines(found.words("env"))
    return tuple(
        name
        for name, value in entries
        if name in environ
        and value != environ[name]
        and not any(word in environ for word in _REFERENCE.findall(value or ""))
    )


def _table_entries(table: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name, entry in table.items():
        if not isinstance(entry, dict):
            yield name, str(entry)
        elif not entry.get("skip_if_set"):
            yield name, None if entry.get("unset") else str(entry.get("value", ""))


def _lines(lines: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    for line in lines:
        key, _, value = line.partition("=")
        *flags, name = (part.strip() for part in key.split(":"))
        upper = {flag.upper() for flag in flags}
        if "D" not in upper:
            yield name, None if "U" in upper else value.strip()


def _table(path: Path, keys: Sequence[str]) -> Mapping[str, Any] | None:
    with suppress(OSError, ValueError):
        found: Any = tomllib.loads(path.read_text(encoding="utf-8"))
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else None
    return None


def _section(path: Path, section: Sequence[str]) -> Mapping[str, Any] | None:
    parser = ConfigParser(interpolation=None)
    with suppress(OSError, ValueError, Error):
        parser.read_string(path.read_text(encoding="utf-8"))
        return dict(parser[section[0]]) if parser.has_section(section[0]) else None
    return None
