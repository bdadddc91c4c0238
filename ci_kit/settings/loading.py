"""Reading the settings of a run from flags, variables and pyproject.toml.

A value comes from the first of: a flag, a ``CI_KIT_*`` variable (which the action's inputs arrive as), a
variable that applications read too (``MYSQL_PASSWORD``, ``MYSQL_DATABASE`` …), ``[tool.ci-kit]`` in
pyproject.toml, the default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean, unknown_variables
from ci_kit.settings.option import Option, Value
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.problems import raise_problems
from ci_kit.settings.pyproject import TABLE, read_table
from ci_kit.settings.settings import Settings
from ci_kit.settings.source import DEFAULT, Source, flag_source, pyproject_source, variable_source

_OWN_KEYS = frozenset(option.name for option in OPTIONS)
# Read by `ci-kit render`.
_SUB_TABLES = frozenset({"workflow"})


def load_settings(
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
    *,
    pytest_args: Sequence[str] = (),
) -> Settings:
    """The settings of a run in the folder ``root``. ``flags`` maps the options' fields to given values.

    ``pytest_args`` are added to the configured ones. Raises one UsageError for all wrong keys and values.
    """
    table = read_table(root)
    problems = [_unknown_key(key) for key in table.values if key not in _OWN_KEYS | _SUB_TABLES]
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    for option in OPTIONS:
        raw, sources[option.name] = _find(option, environ, flags or {}, table.values)
        try:
            values[option.field] = parse(option, raw, sources[option.name])
        except UsageError as problem:
            problems.append(problem)
    raise_problems(problems)
    values["pytest_args"] = (*values["pytest_args"], *pytest_args)
    warnings = (*table.warnings, *unknown_variables(environ))
    return Settings(root=root.resolve(), sources=sources, warnings=warnings, **values)


def parse(option: Option, raw: object, source: Source) -> Value:
    """The value that a source gives for an option. Raises UsageError, which names the source."""
    if source == DEFAULT:
        return option.default
    try:
        return option.value_of(raw)
    except ValueError as error:
        shown = "" if option.secret else f": {raw!r}"
        raise UsageError(
            f"{option.name} is not valid{shown}",
            why=f"{error}; it came from {source.text}",
            todo=did_you_mean(str(raw), option.choices)
            or f"correct the value, or remove it to use the default ({option.default_text})",
        ) from error


def _find(
    option: Option, environ: Mapping[str, str], flags: Mapping[str, Any], table: Mapping[str, Any]
) -> tuple[Any, Source]:
    given = flags.get(option.field)
    if given is not None:
        return given, flag_source(option)
    # An input that a workflow leaves out arrives as an empty variable.
    for variable in (option.variable, *option.also_from):
        if environ.get(variable):
            return environ[variable], variable_source(option, variable)
    if option.name in table:
        return table[option.name], pyproject_source(option)
    return None, DEFAULT


def _unknown_key(key: str) -> UsageError:
    return UsageError(
        f"unknown setting {key!r}",
        why=f"it is in [{TABLE}] of pyproject.toml",
        todo=did_you_mean(key, _OWN_KEYS) or "docs/configuration.md lists the settings",
    )
