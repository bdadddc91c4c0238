"""Where a change started: on a laptop, and in clones as a workflow makes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.testing.patch.base import find_base
from tests.unit.support import console_text, make_settings
from tests.unit.testing.patch.repositories import (
    base_of,
    commit,
    git,
    repository,
    runner_of,
    with_origin,
)


class PullRequest:
    """A remote repository with a branch, a merge of it as GitHub makes, and clones of the last commits."""

    def __init__(self, folder: Path, *, before: int = 0, commits: int = 1, main_moves: int = 0) -> None:
        self.folder = folder
        work = repository(folder / "work", {"app.py": "one\n"})
        for number in range(before):
            commit(work, {"before.py": f"{number}\n"})
        git(work, "checkout", "--quiet", "-b", "topic")
        for number in range(commits):
            self.head = commit(work, {"topic.py": f"{number}\n"})
        git(work, "checkout", "--quiet", "main")
        self.main = commit(work, {"main.py": "one\n"})
        git(work, "checkout", "--quiet", "-b", "merged")
        git(work, "merge", "--quiet", "--no-edit", "topic")
        git(work, "update-ref", "refs/pull/1/merge", "HEAD")
        git(work, "checkout", "--quiet", "main")
        for number in range(main_moves):
            commit(work, {"main.py": f"{number}\n"})
        self.start = git(work, "merge-base", "main", "topic")
        self.work = work

    def clone(self, ref: str, depth: int = 1) -> Path:
        """What actions/checkout makes: the commits of one reference alone, up to a depth."""
        clone = self.folder / "clone"
        clone.mkdir()
        git(clone, "init", "--quiet", "--initial-branch=other")
        git(clone, "remote", "add", "origin", self.work.as_uri())
        words = [f"--depth={depth}"] if depth else []
        git(clone, "fetch", "--quiet", "--no-tags", *words, "origin", f"+{ref}:refs/remotes/checked/out")
        git(clone, "checkout", "--quiet", "--detach", "checked/out")
        return clone


@pytest.mark.parametrize("main_moves", [0, 1, 7])
@pytest.mark.parametrize("depth", [1, 2, 0])
def test_a_pull_request_starts_at_the_commit_that_was_merged(
    depth: int, main_moves: int, tmp_path: Path
) -> None:
    request = PullRequest(tmp_path, main_moves=main_moves)
    clone = request.clone("refs/pull/1/merge", depth)
    base = base_of(clone, workflow=True, environ={"GITHUB_BASE_REF": "main"})
    assert base is not None
    assert (base.name, base.commit) == ("origin/main", request.main)


@pytest.mark.parametrize("commits", [1, 3, 60])
def test_a_pushed_branch_starts_where_it_left_the_default_branch(commits: int, tmp_path: Path) -> None:
    request = PullRequest(tmp_path, commits=commits, main_moves=3)
    clone = request.clone("refs/heads/topic")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"repository": {"default_branch": "main"}}), encoding="utf-8")
    base = base_of(clone, workflow=True, environ={"GITHUB_EVENT_PATH": str(event), "GITHUB_BASE_REF": ""})
    assert base is not None
    assert (base.name, base.commit) == ("origin/main", request.start)


def test_no_commit_of_a_shallow_clone_is_lost(tmp_path: Path) -> None:
    request = PullRequest(tmp_path, before=12)
    clone = request.clone("refs/heads/topic", 10)
    assert base_of(clone, workflow=True, environ={"GITHUB_BASE_REF": "main"}) is not None
    assert int(git(clone, "rev-list", "--count", "HEAD")) >= 10


def test_a_full_clone_stays_full(tmp_path: Path) -> None:
    # With the smallest depth above that of the clone, main would be cut.
    request = PullRequest(tmp_path, before=45, main_moves=10)
    clone = request.clone("refs/heads/topic", 0)
    assert base_of(clone, workflow=True, environ={"GITHUB_BASE_REF": "main"}) is not None
    assert git(clone, "rev-parse", "--is-shallow-repository") == "false"


@pytest.mark.parametrize(
    "fault",
    [
        ["remote", "set-url", "origin", "file:///none/such"],
        ["remote", "remove", "origin"],
        # A host that cannot exist, by RFC 6761. git must not ask for a password either.
        ["remote", "set-url", "origin", "https://user@host.invalid/a.git"],
    ],
    ids=["gone", "no remote", "no such host"],
)
def test_commits_that_cannot_be_fetched_are_named(fault: list[str], tmp_path: Path) -> None:
    clone = PullRequest(tmp_path).clone("refs/pull/1/merge")
    git(clone, *fault)
    runner = runner_of({"GITHUB_BASE_REF": "main"}, workflow=True)
    assert find_base(runner, make_settings(clone)) is None
    said = console_text(runner.host)
    assert "patch coverage is unknown: git finds no common commit with origin/main" in said
    assert "fetch-depth: 0" in said
    with pytest.raises(UnavailableError, match="no common commit with origin/main") as caught:
        find_base(runner, make_settings(clone, patch_fail_under=1))
    assert caught.value.why.startswith("git fetch failed: fatal: ")


def test_histories_without_a_common_commit_are_named(tmp_path: Path) -> None:
    request = PullRequest(tmp_path)
    git(request.work, "checkout", "--quiet", "--orphan", "apart")
    commit(request.work, {})
    clone = request.clone("refs/heads/apart")
    with pytest.raises(UnavailableError, match="no common commit with origin/main"):
        base_of(clone, workflow=True, environ={"GITHUB_BASE_REF": "main"}, patch_fail_under=1)


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    """A clone on a branch with one commit more than the default branch of origin."""
    root = repository(tmp_path / "laptop", {"app.py": "one\n"})
    with_origin(root)
    git(root, "tag", "v1")
    git(root, "checkout", "--quiet", "-b", "topic")
    commit(root, {"app.py": "two\n"})
    git(root, "branch", "release")
    commit(root, {"app.py": "three\n"})
    return root


@pytest.mark.parametrize(
    ("named", "name", "commit_name"),
    [
        ("", "origin/main", "v1"),
        ("main", "main", "v1"),
        ("origin/main", "origin/main", "v1"),
        ("v1", "v1", "v1"),
        ("release", "release", "release"),
        ("HEAD~1", "HEAD~1", "release"),
    ],
)
def test_a_laptop_compares_with_origin_or_with_what_the_setting_names(
    named: str, name: str, commit_name: str, laptop: Path
) -> None:
    base = base_of(laptop, patch_base=named)
    assert base is not None
    assert (base.name, base.commit) == (name, git(laptop, "rev-parse", commit_name))


def test_a_branch_of_origin_needs_no_prefix(laptop: Path) -> None:
    git(laptop, "branch", "--delete", "--force", "main")
    base = base_of(laptop, patch_base="main")
    assert base is not None
    assert base.name == "origin/main"


@pytest.mark.parametrize(
    ("commands", "flags", "told"),
    [
        ([["remote", "set-head", "origin", "--delete"]], {}, "the branch to compare the change with"),
        ([["remote", "remove", "origin"]], {}, "the branch to compare the change with is unknown"),
        ([], {"patch_base": "none-such"}, "git finds no common commit with none-such"),
        ([], {"patch_base": "--all"}, "git finds no common commit with --all"),
        ([], {"patch_base": "$(touch made)"}, "git finds no common commit with $(touch made)"),
        ([["checkout", "--quiet", "--orphan", "empty"]], {}, "the project is not in a git repository"),
    ],
    ids=["no default branch", "no remote", "unknown", "like an option", "like a command", "no commit"],
)
def test_an_unknown_base_is_an_error_only_with_the_threshold(
    commands: list[list[str]], flags: dict[str, str], told: str, laptop: Path
) -> None:
    for words in commands:
        git(laptop, *words)
    runner = runner_of({}, workflow=False)
    assert find_base(runner, make_settings(laptop, None, **flags)) is None
    # A name that the user gave is likely a mistake.
    assert (told in console_text(runner.host)) is bool(flags)
    assert ("unknown" in console_text(runner.host)) is bool(flags)
    with pytest.raises(UnavailableError) as caught:
        find_base(runner, make_settings(laptop, None, patch_fail_under=1, **flags))
    assert told in caught.value.what
    assert caught.value.why
    assert not (laptop / "made").exists()


@pytest.mark.parametrize("path", [None, "/none"], ids=["no repository", "no git"])
def test_without_git_there_is_no_base(path: str | None, tmp_path: Path) -> None:
    environ = {"PATH": path} if path else {}
    root = tmp_path if path is None else repository(tmp_path / "root", {"app.py": ""})
    assert base_of(root, environ=environ) is None
    with pytest.raises(UnavailableError, match="not in a git repository"):
        base_of(root, environ=environ, patch_fail_under=1)
    # Without coverage, there is no threshold either.
    assert base_of(root, environ=environ, patch_fail_under=1, coverage=False) is None
