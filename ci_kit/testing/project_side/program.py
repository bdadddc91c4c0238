"""Runs a Python program under coverage as ``coverage run`` does, and also the text of ``python -c``."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Protocol

from coverage.exceptions import CoverageException, NoSource, _ExceptionDuringRun
from coverage.execfile import PyRunner


class Facts(Protocol):
    def record_failed_start(self, program: str, error: Exception | str) -> None: ...


def run(words: list[str], facts: Facts) -> int:
    """Run ``-m MODULE``, ``-c TEXT`` or ``FILE``, each with its arguments; gives its exit code.

    Raises SystemExit if the program does.
    """
    # As in `coverage run`: some projects look at it.
    os.environ["COVERAGE_RUN"] = "true"
    if words[0] == "-c":
        return _run_text(words[1], words[2:])
    as_module = words[0] == "-m"
    arguments = words[1:] if as_module else words
    if not as_module and not _keeps_path():
        sys.path[0] = _first_path(arguments[0])
    try:
        PyRunner(arguments, as_module=as_module).run()
    except NoSource as error:
        facts.record_failed_start(words[1] if as_module else words[0], error)
        return 1
    except _ExceptionDuringRun as error:
        # The program's own hook for exceptions failed.
        traceback.print_exception(*error.args)
        return 1
    except CoverageException as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run_text(text: str, arguments: list[str]) -> int:
    if not _keeps_path():
        sys.path[0] = ""
    sys.argv = ["-c", *arguments]
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        exec(compile(text, "<string>", "exec"), module.__dict__)  # noqa: S102
    except Exception as error:  # noqa: BLE001  (the program may fail in any way)
        # Without the line of this module.
        error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def _keeps_path() -> bool:
    """Whether Python was told not to put the program's folder on the path (-I, -P)."""
    return bool(sys.flags.isolated or getattr(sys.flags, "safe_path", False))


def _first_path(file: str) -> str:
    """What Python puts on the path for a file: its folder, or itself if it is a folder."""
    path = Path(file)
    return str(path.absolute() if path.is_dir() else path.resolve().parent)
