"""The commit from which the change of a run started: the merge base of its branch and another branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.settings.settings import Settings
from ci_kit.testing.patch.repository import Repository, find_repository

# The commits of each branch that ci-kit fetches into a shallow repository, one number after another. A pull
# request is checked out as a merge of both branches, so that two are enough for most of them.
_DEPTHS = (2, 50, 500, 5000)


@dataclass(frozen=True)
class Base:
    """Where a change started. ``name`` is the branch that the change is compared with."""

    repository: Repository
    name: str
    commit: str


def find_base(runner: Runner, settings: Settings) -> Base | None:
    """The base of the change. None if it is unknown, or if the run measures no coverage.

    On a runner, ci-kit fetches missing commits. Raises UnavailableError if the base is unknown and
    patch-fail-under is set.
    """
    if not settings.coverage:
        return None
    try:
        return _find_base(runner, settings)
    except UnavailableError as problem:
        if settings.patch_fail_under and not runner.host.dry:
            raise
        unknown = f"patch coverage is unknown: {problem.what}; {problem.todo}"
        # A name that the user gave and git does not know is likely a mistake.
        if runner.present or settings.patch_base:
            runner.host.console.step("coverage", unknown)
        else:
            runner.host.console.detail(unknown)
        return None


def _find_base(runner: Runner, settings: Settings) -> Base:
    repository = find_repository(runner.host, settings.root)
    if repository is None:
        raise UnavailableError(
            "the project is not in a git repository",
            why=f"git is missing, or finds no commit in {settings.root}",
            todo="check the repository out, install git, or remove patch-fail-under",
        )
    name, source = _name(runner, settings, repository)
    if not name:
        raise UnavailableError(
            "the branch to compare the change with is unknown",
            why="git has no default branch of the remote repository origin",
            todo="type `git remote set-head origin --auto`, or name a branch by patch-base",
        )
    try:
        return _with_fetched_commits(runner, repository, name)
    except UnavailableError as problem:
        problem.why = problem.why or f"the name came from {source}"
        raise


def _name(runner: Runner, settings: Settings, repository: Repository) -> tuple[str, str]:
    """What the change is compared with, and the source of that name."""
    if settings.patch_base:
        return settings.patch_base, settings.source("patch-base")
    if branch := runner.base_branch:
        return f"origin/{branch}", "the event of the workflow"
    head = repository.line("symbolic-ref", "--short", "refs/remotes/origin/HEAD")
    return head, "git's default branch of origin"


def _with_fetched_commits(runner: Runner, repository: Repository, name: str) -> Base:
    if base := _merge_base(repository, name):
        return base
    why = ""
    for words in _fetches(runner, repository, name.removeprefix("origin/")):
        fetched = repository.fetch(*words)
        if base := _merge_base(repository, name):
            return base
        if not fetched.ok:
            why = f"git fetch failed: {fetched.stderr.strip()}"
            break
    raise UnavailableError(
        f"git finds no common commit with {name}",
        why=why,
        todo="let actions/checkout fetch all commits: fetch-depth: 0"
        if runner.present
        else f"fetch {name}, with its history (git fetch --unshallow), or name another branch by patch-base",
    )


def _fetches(runner: Runner, repository: Repository, branch: str) -> Iterator[list[str]]:
    """The arguments of one `git fetch` after another. ci-kit fetches only on a runner."""
    if not runner.present:
        return
    reference = f"+refs/heads/{branch}:refs/remotes/origin/{branch}"
    if not repository.shallow:
        yield ["origin", reference]
        return
    # A smaller depth would remove commits that are here.
    here = int(repository.line("rev-list", "--count", "--first-parent", "HEAD") or 0)
    for depth in _DEPTHS:
        if depth > here:
            # git 2.39 gets too few commits if one command fetches both.
            yield [f"--depth={depth}", "origin", reference]
            yield [f"--depth={depth}", "origin", repository.head]


def _merge_base(repository: Repository, name: str) -> Base | None:
    for one in dict.fromkeys((name, f"origin/{name}")):
        if commit := repository.line("merge-base", "--end-of-options", one, "HEAD"):
            return Base(repository, one, commit)
    return None
