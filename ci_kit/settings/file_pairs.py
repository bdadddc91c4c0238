"""The setting ``files``: what ci-kit writes for the tests, and from which templates."""

from __future__ import annotations

from pathlib import PurePath

from ci_kit.settings.pairs import PAIRS, Pair, pairs
from ci_kit.settings.shapes import shaped


@shaped(PAIRS)
def files(value: object) -> tuple[Pair, ...]:
    """Pairs of a file and its template, both relative to the project. Raises ValueError."""
    found = pairs(value, Pair("tests/my.cnf", "tests/my.cnf.template"))
    for pair in found:
        path = PurePath(pair.name)
        if not path.name or path.is_absolute() or ".." in path.parts:
            raise ValueError(f"{pair.name!r} is not a file in the project")
        if not pair.text:
            raise ValueError(f"{pair.name} has no template")
    # PurePath leaves out `.` and a second slash, so two names may be one file.
    paths = [PurePath(pair.name) for pair in found]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise ValueError(f"{twice} is there twice")
    return found
