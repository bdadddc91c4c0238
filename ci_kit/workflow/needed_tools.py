"""The tools that the tests of a workflow need in the project's environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ci_kit.errors import UsageError
from ci_kit.managers.manager import PackageManager
from ci_kit.managers.packages import locked_without
from ci_kit.workflow.run_settings import run_settings


def needed_tools(project: Path, inputs: Mapping[str, str]) -> tuple[str, ...]:
    """Pytest and coverage, as far as the run in the folder ``project`` will need them.

    A command of the project's own may be another runner. If the settings are wrong, the run reports it.
    """
    try:
        return tuple(_needed(project, inputs))
    except UsageError:
        return ()


def _needed(project: Path, inputs: Mapping[str, str]) -> Iterator[str]:
    settings = run_settings(project, inputs, ("test-command", "coverage"))
    if not settings.test_command:
        yield "pytest"
    if settings.coverage:
        yield "coverage"


def not_locked(manager: PackageManager, folder: Path, tools: Sequence[str]) -> Iterator[str]:
    """A warning if the lock file of the project in ``folder`` lacks some of ``tools``. It has the remedy."""
    if missing := locked_without(manager, folder, tools):
        names = " and ".join(missing)
        add = manager.commands(folder).add.format(names=names, words=" ".join(missing))
        yield f"the workflow does not install {names}, because the lock file does not list it: {add}"
