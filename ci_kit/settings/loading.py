"""What a run is told to do, and where each value came from.

A value comes from the first of: a flag, an environment variable ``CI_KIT_*`` (which is how the action's
inputs arrive), a variable the course's workflows already set (``MYSQL_PASSWORD``, ``MYSQL_DATABASE`` …),
``[tool.ci-kit]`` in the project's pyproject.toml, the default. What there is to set is in ``options.py``.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.options import OPTIONS, Option, Value
from ci_kit.settings.settings import DEFAULT, Settings

TABLE = "tool.ci-kit"


def load_settings(
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
    *,
    pytest_args: Sequence[str] = (),
) -> Settings:
    """The settings of a run in the folder ``root``. ``flags`` maps field names to given values.

    ``pytest_args`` are added to the configured ones. Raises UsageError, which names the source.
    """
    if not root.is_dir():
        raise UsageError(f"no such folder: {root}", todo="give the project's folder with -C")
    root = root.resolve()
    table = read_table(root)
    known = {option.name for option in OPTIONS}
    for key in table:
        # The sub-tables are read by the commands they belong to.
        if key not in known | {"workflow"}:
            raise _unknown_key(key, known)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for option in OPTIONS:
        raw, source = _find(option, environ, flags or {}, table)
        values[option.field] = _parsed(option, raw, source) if source != DEFAULT else option.default
        sources[option.name] = source
    values["pytest_args"] = (*values["pytest_args"], *pytest_args)
    return Settings(root=root, sources=sources, **values)


def read_table(root: Path) -> dict[str, Any]:
    """The table ``[tool.ci-kit]`` of the project's pyproject.toml; empty where there is none."""
    path = root / "pyproject.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read {path}", why=str(error), todo="mend the file") from error
    tools = document.get("tool", {})
    table = tools.get("ci-kit", {}) if isinstance(tools, dict) else None
    if not isinstance(table, dict):
        raise UsageError(f"[{TABLE}] in {path} is not a table", todo=f"write it as a [{TABLE}] section")
    return table


def _unknown_key(key: str, known: set[str]) -> UsageError:
    return UsageError(
        f"unknown setting {key!r}",
        why=f"in [{TABLE}] of pyproject.toml",
        todo=did_you_mean(key, known) or "docs/configuration.md lists the settings",
    )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint at the known word that resembles another; empty if none does."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else ""


def _find(
    option: Option, environ: Mapping[str, str], flags: Mapping[str, Any], table: Mapping[str, Any]
) -> tuple[Any, str]:
    given = flags.get(option.field)
    if given is not None and given != ():
        return given, f"--{option.name}"
    # An input that is not given to the action arrives as an empty variable.
    for variable in (option.variable, *option.also_from):
        if environ.get(variable):
            return environ[variable], f"the environment variable {variable}"
    if option.name in table:
        return table[option.name], f"[{TABLE}] {option.name} in pyproject.toml"
    return None, DEFAULT


def _parsed(option: Option, raw: Any, source: str) -> Value:
    try:
        value = option.parse(raw)
        if option.choices and value not in option.choices:
            raise ValueError(f"one of {', '.join(option.choices)} is wanted")
    except ValueError as error:
        shown = "" if option.secret else f": {raw!r}"
        raise UsageError(
            f"{option.name} is not usable{shown}",
            why=f"{error}; it came from {source}",
            todo=did_you_mean(str(raw), option.choices)
            or f"mend it there, or leave it out for the default, {option.default!r}",
        ) from error
    return value
