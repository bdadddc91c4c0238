"""The pull request that a run is for, or the reason why there is none.

A run reads it from the event that GitHub describes, and from GitHub's API. A report that a fork has made
never decides it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.github_api import Api
from ci_kit.github_run import WorkflowRun

_DEPENDABOT = "dependabot[bot]"


class NoTargetError(Exception):
    """The run gets no comment. The text says why."""


@dataclass(frozen=True)
class Target:
    """Where a comment belongs, and the run of the tests that it describes.

    ``run`` is the number of that run and its attempt, ``url`` its page, ``workflow`` its workflow's file.
    """

    pull_request: int
    commit: str
    run: tuple[int, int]
    url: str
    workflow: str


def find_target(run: WorkflowRun, api: Api) -> Target:
    """The pull request of a run. Raises NoTargetError, and the errors of the API."""
    match run.event:
        case "pull_request":
            return _of_pull_request(run)
        case "workflow_run":
            return _of_earlier_run(run, api)
    raise NoTargetError(f"the event is {run.event or 'unknown'}, not pull_request")


def _of_pull_request(run: WorkflowRun) -> Target:
    if run.actor == _DEPENDABOT:
        raise NoTargetError("Dependabot started the run, and its token can only read")
    match run.payload:
        case {"pull_request": {"number": int(number), "head": {"sha": str(commit), "repo": repository}}}:
            source = repository["full_name"] if isinstance(repository, dict) else ""
            if source != run.repository:
                raise NoTargetError("the pull request is from a fork, and its token can only read")
            return Target(number, commit, (run.number, run.attempt), run.url, run.workflow)
    raise NoTargetError("the payload of the event does not describe a pull request")


def _of_earlier_run(run: WorkflowRun, api: Api) -> Target:
    """The pull request of the run whose end started this one, which has the right to write a comment."""
    match run.payload:
        case {
            "workflow_run": {
                "event": "pull_request",
                "head_sha": str(commit),
                "head_branch": str(branch),
                "head_repository": {"full_name": str(repository), "owner": {"login": str(owner)}},
                "run_number": int(number),
                "run_attempt": int(attempt),
                "html_url": str(url),
                "path": str(workflow),
            }
        }:
            pass
        case _:
            raise NoTargetError("the run that has ended was not started by a pull request")
    found = [
        one
        for one in api.open_pull_requests(owner, branch)
        if one.commit == commit and one.repository == repository
    ]
    if len(found) != 1:
        many = f"{len(found)} open pull requests have" if found else "no open pull request has"
        raise NoTargetError(f"{many} the commit {commit[:7]} of {branch}")
    return Target(found[0].number, commit, (number, attempt), url, workflow)
