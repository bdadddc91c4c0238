"""What a run tests: a commit of a branch, and the branch that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.settings.settings import Settings
from ci_kit.testing.patch.repository import find_repository

_ORIGIN = "origin/"


@dataclass(frozen=True)
class Revision:
    """What a run tests. Each text is empty if it is unknown.

    ``base`` is the branch that the change is for; on that branch itself, it is the same. ``event`` is what
    started the workflow.
    """

    commit: str = ""
    branch: str = ""
    base: str = ""
    event: str = ""


def find_revision(runner: Runner, settings: Settings) -> Revision:
    """What the run tests: of the workflow's event, or else of git."""
    if runner.present:
        revision = Revision(runner.commit, runner.branch, runner.base_branch, runner.event)
    else:
        revision = _from_git(runner, settings)
    base = settings.patch_base.removeprefix(_ORIGIN) or revision.base or revision.branch
    return Revision(revision.commit, revision.branch, base, revision.event)


def _from_git(runner: Runner, settings: Settings) -> Revision:
    try:
        repository = find_repository(runner.host, settings.root)
        if repository is None:
            return Revision()
        branch = repository.line("symbolic-ref", "--quiet", "--short", "HEAD")
        base = repository.line("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD")
    except UnavailableError:
        # git takes too long.
        return Revision()
    return Revision(repository.head, branch, base.removeprefix(_ORIGIN))
