"""Which requirements files of a project its tests need."""

from __future__ import annotations

import re
from pathlib import Path

from ci_kit.managers.job_tools import TEST_TOOLS
from ci_kit.managers.lock_files import lists_package, requirements_files

REQUIREMENTS = "requirements.txt"
# For these names, the files' own words say what they are for: requirements/docs.txt is for something else.
_BASE = frozenset({"requirements", "base", "common", "main"})
_TESTS = frozenset({"dev", "develop", "development", "test", "tests", "testing", "ci", "lint"})


def requirements_for_tests(folder: Path) -> tuple[str, ...]:
    """The names of the requirements files that the tests of the project in ``folder`` need, the base first.

    A file counts by its name, or if it lists pytest or coverage.
    """
    names = requirements_files(folder)
    base = [name for name in names if _words(name) <= _BASE]
    tests = [name for name in names if _words(name) & _TESTS or _lists_tools(folder / name)]
    return tuple(dict.fromkeys([*base, *tests]))


def _words(name: str) -> set[str]:
    return set(re.split(r"[-_./]", name.removesuffix(".txt")))


def _lists_tools(file: Path) -> bool:
    return any(lists_package(file, name) for name in TEST_TOOLS)
