"""Whole runs on a pull request: the comment that each leaves, and the exit code, which no comment changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.github_api.answers import Fault, broken, cut_off, error, reset
from tests.support.github_api.server import ACTIONS, OTHER_APP, PERSON, TOKEN, GitHub, serve
from tests.support.waiting import LIMIT
from tests.unit.report.comment.runs import COMMIT, FAILING, Pull, pull_request_event


def texts(github: GitHub) -> list[str]:
    return [comment["body"] for comment in github.comments]


def test_a_first_run_writes_a_comment(pull: Pull, github: GitHub) -> None:
    done = pull.ends()
    assert done.code == 0
    assert done.comment == f"written: {github.comments[0]['html_url']}"
    (text,) = texts(github)
    assert text.splitlines()[1] == "## Tests passed"
    assert "- Tests: 1 passed\n" in text
    link = "[The page of run 12](https://github.com/o/r/actions/runs/4711)"
    assert f"{link} for commit `{COMMIT[:7]}`\n" in text
    (created,) = (call for call in github.calls if call.method == "POST")
    assert created.headers["Authorization"] == f"Bearer {TOKEN}"
    assert created.headers["User-Agent"].startswith("ci-kit/")


@pytest.mark.parametrize("token", [TOKEN, PERSON, OTHER_APP])
def test_a_later_run_updates_the_comment_whoever_wrote_it(token: str, pull: Pull, github: GitHub) -> None:
    pull.token = token
    pull.ends()
    url = github.comments[0]["html_url"]
    done = replace(pull, run=13, test=FAILING).ends()
    assert done.code == 1
    assert done.comment == f"updated: {url}"
    (text,) = texts(github)
    assert "## Tests failed\n" in text
    assert "run 13]" in text


def test_without_the_setting_there_is_no_comment(pull: Pull, github: GitHub) -> None:
    done = pull.ends("--comment=no")
    assert done.code == 0
    assert "comment " not in done.err
    assert github.calls == []


def test_a_job_that_ends_by_an_error_says_so_in_the_comment(pull: Pull, github: GitHub) -> None:
    done = pull.ends("--min-tests=5")
    assert done.code == 9
    assert "## The job failed\n" in texts(github)[0]
    assert "min-tests" in texts(github)[0]


def test_a_dry_run_prints_the_request(pull: Pull, github: GitHub) -> None:
    done = pull.ends("--dry-run")
    assert done.code == 0
    assert f"POST {github.url}/repos/o/r/issues/7/comments\n  | " in done.out
    assert done.comment == "a new one on pull request 7"
    assert github.methods == ["GET"]


def test_a_dry_run_prints_an_update(pull: Pull, github: GitHub) -> None:
    pull.ends()
    before = texts(github)
    done = replace(pull, run=13).ends("--dry-run")
    assert f"PATCH {github.url}/repos/o/r/issues/comments/101\n  | " in done.out
    assert texts(github) == before


# No comment, and no failure


NO_COMMENT: dict[str, dict[str, Any]] = {
    "the pull request is from a fork, and its token can only read": {
        "payload": pull_request_event(source="someone/r")
    },
    "the event is push, not pull_request": {"event": "push", "payload": {}},
    "the event is pull_request_target, not pull_request": {"event": "pull_request_target"},
    "the payload of the event does not describe a pull request": {"payload": {"pull_request": 7}},
    "there is no token in the input token, or in CI_KIT_TOKEN": {"token": ""},
}


@pytest.mark.parametrize("why", NO_COMMENT)
def test_a_run_without_a_comment_says_why(why: str, pull: Pull, github: GitHub) -> None:
    done = replace(pull, test=FAILING, **NO_COMMENT[why]).ends()
    assert done.code == 1
    assert done.comment == f"none: {why}"
    assert "warning" not in done.err
    assert github.calls == []


def test_a_fork_that_is_gone_gets_no_comment(pull: Pull, github: GitHub) -> None:
    assert "from a fork" in replace(pull, payload=pull_request_event(source="")).ends().comment
    assert github.calls == []


def test_a_run_of_dependabot_gets_no_comment(pull: Pull, github: GitHub) -> None:
    done = pull.ends(env={"GITHUB_ACTOR": "dependabot[bot]"})
    assert done.code == 0
    assert done.comment == "none: Dependabot started the run, and its token can only read"
    assert github.calls == []


def test_outside_a_workflow_there_is_no_comment(pull: Pull, github: GitHub) -> None:
    done = pull.ends(env={"GITHUB_ACTIONS": ""})
    assert done.comment == "none: this is not a step of a workflow"
    assert github.calls == []


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 404), ("GET", 403), ("POST", 403), ("POST", 404), ("PATCH", 403)]
)
def test_a_token_without_the_right_is_no_failure(
    method: str, status: int, pull: Pull, github: GitHub
) -> None:
    if method == "PATCH":
        pull.ends()
    github.fail(method, error(status, "Resource not accessible by integration", described=False))
    done = replace(pull, test=FAILING, run=13).ends()
    assert done.code == 1
    assert done.comment.startswith("none: the token may not write it; the job needs `pull-requests: write`")
    assert "Resource not accessible by integration" in done.comment
    assert "warning" not in done.err
    assert github.methods[-1] == method


# GitHub does not accept it


@pytest.mark.parametrize(("status", "described"), [(422, False), (401, False), (410, True), (301, False)])
def test_a_rejected_comment_is_a_warning(status: int, described: bool, pull: Pull, github: GitHub) -> None:
    pull.test = FAILING
    github.fail("POST", error(status, "GitHub's reason", described=described, Location="https://example.com"))
    done = pull.ends()
    assert done.code == 1
    assert done.warning.startswith(f"no comment on the pull request: {status} for POST {github.url}/repos")
    assert done.warning.endswith(": GitHub's reason")
    assert github.methods == ["GET", "POST"]


def later(seconds: int) -> Fault:
    return error(429, "slow down", described=False, Retry_After=str(seconds))


# What happens to one request, and what the warning says if it happens to each of them.
BUSY: dict[str, tuple[Callable[[GitHub], Fault], str]] = {
    "too many requests": (lambda _: later(0), "429 for "),
    "a rate limit": (
        lambda _: error(403, described=False, X_RateLimit_Remaining="0", X_RateLimit_Reset="1"),
        "403 for ",
    ),
    "a secondary rate limit": (
        lambda _: error(403, "You have exceeded a secondary rate limit", described=False),
        "403 for ",
    ),
    "an error of the server": (lambda _: error(502, described=False), "502 for "),
    "no answer": (lambda github: github.hang, "there was none within 1 s"),
    "another answer": (lambda _: broken, "GitHub's answer is not the documented JSON"),
    "half an answer": (lambda _: cut_off, "the answer is cut off or too long"),
    "a lost connection": (lambda _: reset, "Connection reset by peer"),
}

PATIENCE = {"REQUEST_SECONDS": "1"}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("what", BUSY)
def test_a_run_tries_again(what: str, method: str, pull: Pull, github: GitHub) -> None:
    fault, _ = BUSY[what]
    github.fail(method, fault(github), times=2)
    done = pull.ends(env=PATIENCE if what == "no answer" else {})
    assert done.code == 0
    assert done.comment.startswith("written: ")
    assert len(texts(github)) == 1
    assert github.methods.count(method) >= 3


@pytest.mark.parametrize("what", BUSY)
def test_a_run_gives_up_with_a_warning(what: str, pull: Pull, github: GitHub) -> None:
    fault, why = BUSY[what]
    github.fail("GET", fault(github), times=9)
    done = replace(pull, test=FAILING).ends(env=PATIENCE if what == "no answer" else {})
    assert done.code == 1
    assert done.warning.startswith("no comment on the pull request: ")
    assert why in done.warning
    assert github.methods == ["GET"] * 3
    assert "Traceback" not in done.err


def test_a_pause_that_is_too_long_is_not_waited_for(pull: Pull, github: GitHub) -> None:
    github.fail("GET", later(3600))
    done = pull.ends()
    assert "429 for " in done.warning
    assert github.methods == ["GET"]


def test_a_server_that_is_not_there_is_a_warning(pull: Pull) -> None:
    with serve() as gone:
        pass
    pull.test = FAILING
    done = pull.ends(env={"GITHUB_API_URL": gone.url})
    assert done.code == 1
    assert "Connection refused" in done.warning


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://x", "nothing", "http://[", "http://x y"])
def test_an_address_that_is_none_is_a_warning(url: str, pull: Pull) -> None:
    done = pull.ends(env={"GITHUB_API_URL": url})
    assert done.code == 0
    assert "no comment on the pull request" in done.warning


def test_a_comment_whose_answer_is_lost_is_not_written_twice(pull: Pull, github: GitHub) -> None:
    def accept_and_reset(handler: Any) -> None:
        github.answer(github.calls[-1])
        reset(handler)

    github.fail("POST", accept_and_reset)
    done = pull.ends()
    assert done.comment.startswith("updated: ")
    assert len(texts(github)) == 1


def test_a_comment_that_was_removed_meanwhile_is_written_again(pull: Pull, github: GitHub) -> None:
    pull.ends()
    github.before["PATCH"] = github.comments.clear
    done = replace(pull, run=13).ends()
    assert done.comment.startswith("written: ")
    assert len(texts(github)) == 1


# Whose comment, and which run


def test_the_comment_is_found_on_a_later_page(pull: Pull, github: GitHub) -> None:
    for number in range(5):
        github.add_comment("mina", f"text {number}")
    pull.ends()
    github.page_size = 2
    github.calls.clear()
    assert replace(pull, run=13).ends().comment.startswith("updated: ")
    assert github.methods == ["GET", "GET", "GET", "PATCH"]
    assert len(texts(github)) == 6


def test_another_server_does_not_get_the_token(pull: Pull, github: GitHub) -> None:
    with serve() as other:
        link = f'<{other.url}/repos/o/r/issues/7/comments?page=2>; rel="next"'
        github.fail("GET", lambda _: answer_with_link(link))
        done = pull.ends()
        assert "the next page is not on " in done.warning
        assert other.calls == []


def answer_with_link(link: str) -> Any:
    from tests.support.github_api.answers import Answer

    return Answer(200, [], {"Link": link})


@pytest.mark.parametrize("token", [TOKEN, PERSON, OTHER_APP])
def test_a_comment_of_somebody_else_with_the_marker_stays(token: str, pull: Pull, github: GitHub) -> None:
    pull.ends()
    copied = texts(github)[0]
    github.comments.clear()
    github.add_comment("mallory", copied)
    before = json.dumps(github.comments)
    later = replace(pull, run=13, token=token)
    assert later.ends().comment.startswith("written: ")
    assert replace(later, run=14).ends().comment.startswith("updated: ")
    assert json.dumps(github.comments[:1]) == before
    assert len(texts(github)) == 2


def test_a_quoted_marker_is_no_marker(pull: Pull, github: GitHub) -> None:
    pull.ends()
    copied = texts(github)[0]
    github.comments.clear()
    github.add_comment(ACTIONS, f"> {copied}")
    assert replace(pull, run=13).ends().comment.startswith("written: ")


@pytest.mark.parametrize(("run", "attempt"), [(11, 3), (12, 1)])
def test_an_older_run_does_not_replace_a_newer_result(
    run: int, attempt: int, pull: Pull, github: GitHub
) -> None:
    replace(pull, attempt=2).ends()
    before = texts(github)
    done = replace(pull, run=run, attempt=attempt, test=FAILING).ends()
    assert done.code == 1
    assert done.comment.startswith("not updated: run 12, which is newer, has written https://")
    assert texts(github) == before


OTHER_JOBS: dict[str, Callable[[Pull], tuple[tuple[str, ...], dict[str, str]]]] = {
    "job": lambda _: ((), {"GITHUB_JOB": "other"}),
    "workflow": lambda _: ((), {"GITHUB_WORKFLOW_REF": "o/r/.github/workflows/b.yml@refs/pull/7/merge"}),
    "name": lambda _: (("--run-name=Python 3.13",), {}),
    "folder": lambda pull: ((), {"GITHUB_WORKSPACE": str(pull.folder)}),
}


@pytest.mark.parametrize("what", OTHER_JOBS)
def test_each_job_has_a_comment_of_its_own(what: str, pull: Pull, github: GitHub) -> None:
    pull.ends()
    words, env = OTHER_JOBS[what](pull)
    assert pull.ends(*words, env=env).comment.startswith("written: ")
    assert replace(pull, run=13).ends(*words, env=env).comment.startswith("updated: ")
    assert len(texts(github)) == 2
    assert ("## Tests passed: `Python 3.13`\n" in texts(github)[1]) is (what == "name")


@pytest.mark.parametrize("runs", [(12, 13), (13, 12), (12, 12)])
def test_jobs_that_write_at_the_same_time_leave_one_comment_of_the_newest(
    runs: tuple[int, int], tmp_path: Path, github: GitHub
) -> None:
    # Each looks before the other writes.
    both_write = threading.Barrier(2, timeout=LIMIT)
    github.before["POST"] = both_write.wait
    with ExitStack() as stack:
        children = []
        for number, run in enumerate(runs):
            folder = tmp_path / str(number)
            folder.mkdir()
            children.append(stack.enter_context(Pull(folder, github, run=run).start()))
        said = [child.communicate(timeout=LIMIT)[1] for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    (text,) = texts(github)
    assert f"run {max(runs)}]" in text


def test_duplicates_are_removed(pull: Pull, github: GitHub) -> None:
    pull.ends()
    github.add_comment(ACTIONS, texts(github)[0])
    github.add_comment("mina", "thanks")
    assert replace(pull, run=13).ends().comment == f"updated: {github.comments[0]['html_url']}"
    first, second = texts(github)
    assert "run 13]" in first
    assert second == "thanks"


# GitHub Enterprise, and proxies


def test_the_api_of_github_enterprise_is_below_a_path(pull: Pull) -> None:
    with serve("/api/v3") as enterprise:
        pull.github = enterprise
        assert pull.ends().comment.startswith("written: ")


def test_a_proxy_of_the_usual_variables_is_used(pull: Pull, github: GitHub) -> None:
    proxy = github.url
    done = pull.ends(env={"GITHUB_API_URL": "http://api.github.example", "http_proxy": proxy, "NO_PROXY": ""})
    assert done.comment.startswith("written: ")
    assert github.calls[0].headers["Host"] == "api.github.example"


# The token


def test_the_token_is_in_no_message_and_not_in_the_environment_of_the_tests(
    pull: Pull, github: GitHub
) -> None:
    seen = pull.folder / "seen"
    pull.test = f"import os\ndef test_a():\n    open({str(seen)!r}, 'w').write(repr(dict(os.environ)))\n"
    done = pull.ends("-v")
    assert done.comment.startswith("written: ")
    assert "GITHUB_ACTIONS" in seen.read_text()
    assert TOKEN not in seen.read_text()
    # The runner is asked to hide it.
    shown = done.err.replace(f"::add-mask::{TOKEN}\n", "", 1)
    assert len(shown) < len(done.err)
    assert TOKEN not in shown
    assert TOKEN not in done.out
    assert TOKEN not in "".join(texts(github))
    assert TOKEN not in (pull.folder / "summary").read_text()


def test_a_message_of_github_with_the_token_is_redacted(pull: Pull, github: GitHub) -> None:
    github.fail("POST", error(422, f"the token {TOKEN} is odd", described=False))
    assert pull.ends().warning.endswith(": the token *** is odd")
