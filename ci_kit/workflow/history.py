"""The folder of the history that a workflow keeps in GitHub's cache."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from ci_kit.errors import UsageError
from ci_kit.settings.loading import load_settings


def history_path(root: Path, working_directory: PurePosixPath, inputs: Mapping[str, str]) -> str:
    """The folder relative to the repository, as the run of the workflow will use it.

    Raises UsageError if the run keeps no history, or if its settings are wrong.
    """
    given = {"history": inputs["history"]} if inputs.get("history") else {}
    settings = load_settings(root / working_directory, {}, given)
    if not settings.history:
        raise UsageError(
            "the workflow cannot keep the history of the runs",
            why="history is true in its table, but the setting history of the run is none",
            todo="remove one of them",
        )
    return os.path.normpath(working_directory / settings.history)
