"""The keys of ``[tool.ci-kit]``: settings of a run, and tables that other modules read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ci_kit.errors import UsageError
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.pyproject import TABLE

SUB_TABLES = frozenset({"servers", "workflow", "workflows"})
"""``servers`` has more servers of a run; `ci-kit render` reads the others."""

_KEYS = frozenset(option.name for option in OPTIONS) | SUB_TABLES


def unknown_keys(keys: Iterable[str], file: str) -> Iterator[UsageError]:
    """A problem for each key of ``[tool.ci-kit]`` in ``file`` that ci-kit does not have."""
    for key in keys:
        if key not in _KEYS:
            yield UsageError(
                f"unknown setting {key!r}",
                why=f"it is in [{TABLE}] of {file}",
                todo=did_you_mean(key, _KEYS) or "docs/configuration.md lists the settings",
            )
