"""Virtual environments on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

# pytest runs in environments with such names, and rarely in others: `lint`, `docs`.
_NAMES = (re.compile("py"), re.compile("tests?"), re.compile("tests?[-_.].*"), re.compile(r"py-?3.*|3[.-].*"))


def python_of(environment: Path) -> Path | None:
    """The Python of an environment; None if the folder is not an environment whose Python can run.

    A folder that is only named like one, such as ``env/`` with settings, has neither of the two marks: venv
    and virtualenv write ``pyvenv.cfg``, conda has ``conda-meta``.
    """
    python = environment / "bin" / "python"
    marked = (environment / "pyvenv.cfg").is_file() or (environment / "conda-meta").is_dir()
    return python if marked and runs(python) else None


def runs(program: Path) -> bool:
    """Whether a path is absolute, and a program that this user may run."""
    return program.is_absolute() and program.is_file() and os.access(program, os.X_OK)


def environment_for_tests(folder: Path) -> Path | None:
    """The Python of the environment for the tests, among those that tox or nox keeps in ``folder``.

    An environment with pytest comes before the others. One with an unusual name counts only with pytest.
    """
    return min(_candidates(folder), default=(0, 0, "", None))[3]


def _candidates(folder: Path) -> Iterator[tuple[int, int, str, Path]]:
    if not folder.is_dir():
        return
    for environment in folder.iterdir():
        python = python_of(environment)
        with_pytest = any(environment.glob("lib/python*/site-packages/pytest"))
        rank = _rank(environment.name)
        if python and (with_pytest or rank < len(_NAMES)):
            yield 0 if with_pytest else 1, rank, environment.name, python


def _rank(name: str) -> int:
    matches = (number for number, pattern in enumerate(_NAMES) if pattern.fullmatch(name))
    return next(matches, len(_NAMES))
