"""The pull request of a run that started when another run ended: GitHub's own data decide it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.support.github_api.answers import error
from tests.support.github_api.data import pull_request_data
from tests.support.github_api.server import GitHub
from tests.unit.report.comment.page import OWN_TAGS, Page
from tests.unit.report.comment.runs import COMMIT, FAILING, PASSING, Pull

Change = Callable[[dict[str, Any]], object]


def workflow_run_event(branch: str = "topic") -> dict[str, Any]:
    """The payload of the event, as far as ci-kit reads it: a run for a pull request from a fork."""
    return {
        "action": "completed",
        "workflow_run": {
            "event": "pull_request",
            "head_sha": COMMIT,
            "head_branch": branch,
            "head_repository": {"full_name": "mina/r-fork", "owner": {"login": "mina"}},
            "run_number": 12,
            "run_attempt": 1,
            "html_url": "https://github.com/o/r/actions/runs/815",
            "path": ".github/workflows/ci.yml",
            "pull_requests": [],
        },
    }


@pytest.fixture
def later(pull: Pull, github: GitHub) -> Pull:
    """A step that started when the run for a pull request from a fork had ended."""
    github.pull_requests.append(pull_request_data(7, head="mina/r-fork:topic", commit=COMMIT))
    return replace(pull, event="workflow_run", payload=workflow_run_event(), run=3)


def test_the_pull_request_of_a_fork_gets_the_comment(later: Pull, github: GitHub) -> None:
    assert later.ends().comment.startswith("written: ")
    text = github.comments[0]["body"]
    assert "[The page of run 12](https://github.com/o/r/actions/runs/815)" in text
    assert later.ends().comment.startswith("updated: ")


def test_the_number_of_the_run_that_ended_counts(later: Pull, github: GitHub) -> None:
    later.ends()
    later.payload["workflow_run"]["run_number"] = 11
    assert later.ends().comment.startswith("not updated: run 12, which is newer, ")


def test_the_documents_of_earlier_runs_become_one_comment(later: Pull, pull: Pull, github: GitHub) -> None:
    for number, test in enumerate([FAILING, PASSING]):
        pull.test = test
        words = (f"--run-report=runs/{number}.json", f"--run-name=Python 3.{number}")
        assert pull.ends("--comment=no", *words).code == 1 - number
    done = later.ends("runs", "--comment=auto", command="report")
    assert done.code == 1
    assert done.comment.startswith("written: ")
    text = github.comments[0]["body"]
    assert "| `Python 3.0` | failed |" in text
    assert f"](https://github.com/o/r/blob/{COMMIT}/test_a.py#L1)" in text
    assert later.ends("runs", "--comment=auto", command="report").comment.startswith("updated: ")


def test_a_document_does_not_choose_the_pull_request(later: Pull, github: GitHub) -> None:
    later.ends("--comment=no", "--run-report=run.json")
    document = json.loads((later.folder / "project/run.json").read_text())
    hostile = {"pull_request": 1, "commit": "0" * 40, "name": "<!-- ci-kit:0 -->", "reason": "@mina #1"}
    document["results"]["others"] = [["@mina https://example.com", 2]]
    failure = {
        "node": "@mina",
        "stage": "@mina #1 https://example.com",
        "path": "@mina",
        "line": 1,
        "message": "#1",
    }
    document["results"]["failures"] = [failure]
    (later.folder / "project/run.json").write_text(json.dumps(document | hostile))
    assert later.ends("run.json", "--comment=auto", command="report").comment.startswith("written: ")
    assert [call.path for call in github.calls if call.method == "POST"] == ["/repos/o/r/issues/7/comments"]
    page = Page(github.comments[0]["body"])
    assert page.tags <= OWN_TAGS
    assert page.links == ["https://github.com/o/r/actions/runs/815"]
    assert [mark for mark in ("@", "#", "://") if mark in page.prose] == []


@pytest.mark.parametrize("branch", ["topic/한국어", "a&state=closed#x", "a b?c=d%20"])
def test_a_branch_may_have_any_name(branch: str, later: Pull, github: GitHub) -> None:
    github.pull_requests[:] = [pull_request_data(7, head=f"mina/r-fork:{branch}", commit=COMMIT)]
    later.payload = workflow_run_event(branch)
    assert later.ends().comment.startswith("written: ")
    assert github.calls[0].query == {"head": f"mina:{branch}", "state": "open", "per_page": "100"}


OTHERS: dict[str, Change] = {
    "another commit": lambda pull: pull["head"].update(sha="0" * 40),
    "another repository of the owner": lambda pull: pull["head"]["repo"].update(full_name="mina/other"),
    "a repository that is gone": lambda pull: pull["head"].update(repo=None),
}


@pytest.mark.parametrize("what", OTHERS)
def test_another_pull_request_of_the_branch_gets_no_comment(what: str, later: Pull, github: GitHub) -> None:
    OTHERS[what](github.pull_requests[0])
    if what == "a repository that is gone":
        github.unchecked = True
    done = later.ends()
    assert done.code == 0
    assert done.comment == f"none: no open pull request has the commit {COMMIT[:7]} of topic"
    assert github.methods == ["GET"]


def test_two_pull_requests_with_the_commit_get_no_comment(later: Pull, github: GitHub) -> None:
    github.pull_requests.append(pull_request_data(8, head="mina/r-fork:topic", commit=COMMIT))
    assert later.ends().comment == f"none: 2 open pull requests have the commit {COMMIT[:7]} of topic"


PAYLOADS: dict[str, Change] = {
    "a push": lambda run: run.update(event="push"),
    "a repository that is gone": lambda run: run.update(head_repository=None),
    "a number as text": lambda run: run.update(run_number="12"),
    "nothing": lambda run: run.clear(),
}


@pytest.mark.parametrize("what", PAYLOADS)
def test_a_run_for_something_else_gets_no_comment(what: str, later: Pull, github: GitHub) -> None:
    PAYLOADS[what](later.payload["workflow_run"])
    assert later.ends().comment == "none: the run that has ended was not started by a pull request"
    assert github.calls == []


def test_a_token_that_cannot_read_pull_requests_is_no_failure(later: Pull, github: GitHub) -> None:
    github.fail("GET", error(403, "Resource not accessible by integration", described=False))
    assert "Resource not accessible by integration" in later.ends().comment
