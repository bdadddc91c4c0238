"""The warnings of a session: each different one once, with the number of times that it came.

PYTEST_DONT_REWRITE, as in the package.
"""

from __future__ import annotations

from typing import Any

from .failures import shortened, text_of

# A suite may have another message in each test. Those above the limit are only counted.
_MOST = 500


class Warnings:
    """The different warnings of a session, in the order in which they came first."""

    def __init__(self, plugins: Any) -> None:
        self._plugins = plugins
        self._outside: set[tuple[object, ...]] = set()
        self._found: dict[tuple[str, str, str, int], list[Any]] = {}
        self.others = 0

    def add(self, warning: Any, when: str, node: str) -> None:
        """Add a warning that pytest has recorded in a test, or outside of all tests."""
        category = getattr(warning.category, "__name__", str(warning.category))
        key = (category, shortened(text_of(warning.message)), warning.filename, warning.lineno)
        if when != "runtest":
            if (key, node) in self._outside and self._has_workers():
                return
            self._outside.add((key, node))
        if key in self._found:
            self._found[key][1] += 1
        elif len(self._found) < _MOST:
            self._found[key] = [node, 1]
        else:
            self.others += 1

    def _has_workers(self) -> bool:
        """Whether pytest-xdist has workers. Each one collects all tests, and reports the same warnings."""
        return bool(self._plugins.hasplugin("dsession"))

    def records(self) -> list[list[object]]:
        """Category, message, file, line, first test and count of each warning."""
        return [[*key, *facts] for key, facts in self._found.items()]
