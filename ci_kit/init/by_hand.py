"""Workflows that run the tests and that ci-kit did not write: init writes no second one beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ci_kit.adopt.adoption import adopt_text
from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.init.changes import Change
from ci_kit.init.repository import Repository
from ci_kit.templating import require_inside
from ci_kit.workflow.loading import workflow_action
from ci_kit.workflow.rivals import jobs_with_tests
from ci_kit.workflow.uses import Uses

# Only to find out whether a workflow has steps that an action could replace.
_ANY_ACTION = Uses("./")


def files_by_hand(repository: Repository) -> tuple[Path, ...]:
    """The workflows with tests that ci-kit did not write."""
    return tuple(dict.fromkeys(path for path, _ in jobs_with_tests(repository.root)))


def adoptions(repository: Repository, paths: Sequence[Path], action: Uses | None) -> list[Change]:
    """What becomes of workflows if ci-kit's action replaces their steps. Raises UsageError."""
    return [_adoption(repository, path, action or required_action(repository)) for path in paths]


def point_to_adopt(repository: Repository, paths: Sequence[Path], host: Host) -> None:
    """Tell which workflows stay as they are, and what the user can do about them."""
    for path in paths:
        change = _adoption(repository, path, _ANY_ACTION)
        host.console.step("workflow", f"{path.name} runs the tests, so init writes no other workflow")
        if change.before == change.after:
            host.console.item("`ci-kit adopt` finds no steps there that ci-kit's action replaces")
        else:
            host.console.item(
                "`ci-kit adopt` shows the steps that ci-kit's action replaces, and `ci-kit init --adopt`"
                " replaces them"
            )


def required_action(repository: Repository) -> Uses:
    """The action that pyproject.toml names. Raises UsageError if it names none."""
    try:
        return workflow_action(repository.root)
    except UsageError as error:
        raise UsageError(
            error.what,
            why=error.why,
            todo='give --action "OWNER/ci-kit@SHA # version": a commit of a ci-kit repository that you trust',
        ) from error


def _adoption(repository: Repository, path: Path, action: Uses) -> Change:
    require_inside(path, repository.root)
    text = path.read_bytes().decode("utf-8")
    return Change(path, text, adopt_text(text, action, name=str(path)).after)
