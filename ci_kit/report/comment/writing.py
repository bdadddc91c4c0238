"""Writing the comment: which one, and what happens if GitHub does not accept it.

Nothing here raises an error: a comment never changes how the run ends.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ci_kit.github import Runner
from ci_kit.github_api import Api, BusyError, Comment, FailedError, RefusedError, User
from ci_kit.github_run import WorkflowRun
from ci_kit.report.comment.body import comment_body
from ci_kit.report.comment.marker import Marker, key_of, read_marker
from ci_kit.report.comment.target import NoTargetError, Target, find_target
from ci_kit.report.excerpt import excerpt
from ci_kit.report.run_report import RunReport

LONGEST_SECONDS = 45.0
"""The limit for all requests together: a run ends this much later at most."""

PAUSES = (1.0, 4.0)
"""In seconds, after the first and the second try. GitHub may ask for another pause."""

_MESSAGE_LIMIT = 500
# The account of the job's own token, also on GitHub Enterprise.
_ACTIONS = "github-actions[bot]"


@dataclass(frozen=True)
class CommentWriter:
    """Writes the comment of one job.

    ``folder`` is the project's folder, absolute. ``name`` distinguishes jobs that are otherwise equal.
    """

    folder: Path
    name: str

    def __call__(self, report: RunReport, runner: Runner) -> None:
        """Write the comment, or say in one line why there is none."""
        run = runner.workflow_run
        if run is None:
            _tell(runner, "none: this is not a step of a workflow")
        elif not runner.token:
            _tell(runner, "none: there is no token in the input token, or in CI_KIT_TOKEN")
        else:
            self._try_patiently(report, runner, run)

    def _try_patiently(self, report: RunReport, runner: Runner, run: WorkflowRun) -> None:
        deadline = time.monotonic() + LONGEST_SECONDS
        api = Api(runner.host, run.api_url.rstrip("/"), run.repository, runner.token, deadline)
        # A try begins with a look at the comments: the one before may have written one, and lost the answer.
        for pause in (*PAUSES, None):
            try:
                return _tell(runner, self._write(report, runner, run, api))
            except NoTargetError as error:
                return _tell(runner, f"none: {error}")
            except RefusedError as error:
                why = f"none: the token may not write it; the job needs `pull-requests: write` ({error})"
                return _tell(runner, why)
            except FailedError as error:
                return _warn(runner, str(error))
            except BusyError as error:
                wait = pause if error.wait is None else error.wait
                if pause is None or wait is None or wait >= api.seconds_left:
                    return _warn(runner, str(error))
                time.sleep(wait)
        return None

    def _write(self, report: RunReport, runner: Runner, run: WorkflowRun, api: Api) -> str:
        """Write the comment, and leave one of them; gives what happened."""
        target = find_target(run, api)
        folder = runner.relative(self.folder)
        marker = Marker(key_of(target.workflow, run.job, folder, self.name), target.run)
        body = comment_body(report, runner, target, marker, name=self.name)
        found = _own_comments(api, target, marker.key)
        if not found:
            created = api.create_comment(target.pull_request, body)
            if created is None:
                return f"a new one on pull request {target.pull_request}"
            # Another job may have done the same since the look.
            found = _own_comments(api, target, marker.key, author=created.author)
            if found[:1] == [created] or not found:
                return f"written: {created.url}"
        return _leave_one(api, found, marker, body)


def _own_comments(api: Api, target: Target, key: str, author: User | None = None) -> list[Comment]:
    """The comments for a job that an author wrote, by default the token's account; the first one first.

    Another user's comment may have the marker too, because everybody can read it.
    """
    marked = [
        comment
        for comment in api.comments(target.pull_request)
        if (found := read_marker(comment.body)) and found.key == key
    ]
    author = author or (api.user() if marked else None)
    return [
        one
        for one in marked
        if one.author and (one.author == author if author else one.author.login == _ACTIONS)
    ]


def _leave_one(api: Api, found: list[Comment], marker: Marker, body: str) -> str:
    """Give the first comment this text, unless a newer run has written, and remove the others.

    Jobs that run at the same time must agree: nobody removes the first one, or one of a newer run.
    """
    first, *others = found
    newest = max(map(_run_of, found))
    if newest <= marker.run:
        api.update_comment(first.number, body)
        text = f"updated: {first.url}"
    else:
        text = f"not updated: run {newest[0]}, which is newer, has written {first.url}"
    for other in others:
        if _run_of(other) <= marker.run:
            api.delete_comment(other.number)
    return text


def _run_of(comment: Comment) -> tuple[int, int]:
    marker = read_marker(comment.body)
    return marker.run if marker else (0, 0)


def _tell(runner: Runner, text: str) -> None:
    runner.host.console.step("comment", excerpt(text, runner.host.redactor, limit=_MESSAGE_LIMIT))


def _warn(runner: Runner, text: str) -> None:
    text = excerpt(f"no comment on the pull request: {text}", runner.host.redactor, limit=_MESSAGE_LIMIT)
    runner.host.console.warning(text)
    runner.annotate("warning", text, title="ci-kit")
