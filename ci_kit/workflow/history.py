"""What a workflow keeps of the history in GitHub's cache."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ci_kit.errors import UsageError
from ci_kit.workflow.run_settings import run_settings

_NAMES = ("history", "failed-first")


def history_path(
    root: Path, working_directory: PurePosixPath, inputs: Mapping[str, str], *, stated: bool
) -> str:
    """The folder relative to the repository, as the run of the workflow will use it.

    If the run keeps no history, it is empty; if the table ``stated`` that the workflow keeps one, that
    raises UsageError. So do wrong settings of the run.
    """
    settings = run_settings(root / working_directory, inputs, _NAMES)
    if not settings.history and not stated:
        return ""
    if not settings.history:
        raise UsageError(
            "the workflow cannot keep the history of the runs",
            why="history is true in its table, but the setting history of the run is none",
            todo="remove one of them",
        )
    return os.path.normpath(working_directory / settings.history)


def puts_failed_first(root: Path, working_directory: PurePosixPath, inputs: Mapping[str, str]) -> bool:
    """Whether the run begins with the tests that failed last. Raises UsageError if its settings are wrong."""
    return run_settings(root / working_directory, inputs, _NAMES).failed_first
