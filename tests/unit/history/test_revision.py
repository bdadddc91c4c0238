"""The commit and the branch of a run, by the workflow's event and by real git."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ci_kit.github import Runner
from ci_kit.history.revision import Revision, find_revision
from tests.unit.support import SELF_HOSTED, make_host, make_settings
from tests.unit.testing.patch.repositories import GIT, git, repository, runner_of, with_origin


@pytest.fixture
def event(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"repository": {"default_branch": "trunk"}}))
    return {"GITHUB_EVENT_PATH": str(path), "GITHUB_SHA": "1f2e"}


def of_workflow(root: Path, environ: dict[str, str], **flags: object) -> Revision:
    return find_revision(Runner(make_host(SELF_HOSTED | environ)), make_settings(root, None, **flags))


def test_a_pull_request_has_a_branch_of_its_own(event: dict[str, str], tmp_path: Path) -> None:
    environ = event | {"GITHUB_REF_NAME": "12/merge", "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "main"}
    found = of_workflow(tmp_path, environ | {"GITHUB_EVENT_NAME": "pull_request"})
    assert found == Revision("1f2e", "12/merge", "main", "pull_request")


def test_a_push_is_compared_with_the_default_branch(event: dict[str, str], tmp_path: Path) -> None:
    environ = event | {"GITHUB_REF_NAME": "feature", "GITHUB_EVENT_NAME": "push"}
    assert of_workflow(tmp_path, environ) == Revision("1f2e", "feature", "trunk", "push")
    assert of_workflow(tmp_path, environ, patch_base="origin/release").base == "release"


def test_a_laptop_asks_git(tmp_path: Path) -> None:
    root = repository(tmp_path / "project", {"a.py": ""})
    head = git(root, "rev-parse", "HEAD")
    runner, settings = runner_of(GIT, workflow=False), make_settings(root)
    # Without a remote repository, the branch is compared with itself.
    assert find_revision(runner, settings) == Revision(head, "main", "main")
    with_origin(root)
    git(root, "switch", "--quiet", "--create", "feature/a")
    assert find_revision(runner, settings) == Revision(head, "feature/a", "main")
    git(root, "switch", "--quiet", "--detach")
    assert find_revision(runner, settings) == Revision(head, "", "main")


def test_without_a_repository_nothing_is_known(tmp_path: Path) -> None:
    assert find_revision(runner_of(GIT, workflow=False), make_settings(tmp_path)) == Revision()
