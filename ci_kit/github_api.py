"""GitHub's REST API, as far as ci-kit uses it: comments on pull requests.

Sources: github/rest-api-description for the requests and answers; "Rate limits for the REST API" and "Using
pagination in the REST API" in GitHub's documentation.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from ci_kit import __version__
from ci_kit.errors import UnavailableError
from ci_kit.host.http import Request, Response
from ci_kit.host.machine import Host

_T = TypeVar("_T")

REQUEST_SECONDS = 10.0
"""The limit for one answer. GitHub itself ends a request after this time."""

_VERSION = "2022-11-28"
_NEXT = re.compile(r'<([^>]*)>\s*;[^,]*\brel="next"')
_FORBIDDEN, _NOT_FOUND, _TOO_MANY, _SERVER_ERROR = 403, 404, 429, 500
_SUCCESS = range(200, 300)


class RefusedError(Exception):
    """The token does not have the right (403), or cannot see the thing, which may not exist (404)."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class FailedError(Exception):
    """GitHub rejects the request: the same one would fail again."""


class BusyError(Exception):
    """No usable answer this time. ``wait`` is how long to wait, in seconds; None if GitHub does not say."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class User:
    """An account. Its ``login`` may change, its ``number`` does not."""

    number: int
    login: str


@dataclass(frozen=True)
class Comment:
    """A comment on a pull request. ``author`` is None if the account is gone."""

    number: int
    author: User | None
    body: str
    url: str


@dataclass(frozen=True)
class PullRequest:
    """A pull request. ``repository`` is where its branch is: empty if that was removed."""

    number: int
    repository: str
    commit: str


@dataclass(frozen=True)
class Api:
    """The API of one repository. Each method raises RefusedError, FailedError and BusyError.

    ``deadline`` is a time of ``time.monotonic()``: no method takes longer.
    """

    host: Host
    url: str
    repository: str
    token: str = field(repr=False)
    deadline: float

    @property
    def seconds_left(self) -> float:
        """The time until the deadline."""
        return self.deadline - time.monotonic()

    def user(self) -> User | None:
        """The account of the token; None for the token of an app, such as the job's own."""
        try:
            return _parsed(_user, self._send("GET", f"{self.url}/user"))
        except RefusedError:
            return None

    def comments(self, pull_request: int) -> Iterator[Comment]:
        """The comments on a pull request, in the order in which they were made."""
        return self._pages(f"{self._issues}/{pull_request}/comments?per_page=100", _comment)

    def create_comment(self, pull_request: int, body: str) -> Comment | None:
        """Write a comment; None in a dry run."""
        return self._write("POST", f"{self._issues}/{pull_request}/comments", body)

    def update_comment(self, comment: int, body: str) -> Comment | None:
        """Replace the text of a comment; None in a dry run."""
        try:
            return self._write("PATCH", f"{self._issues}/comments/{comment}", body)
        except RefusedError as error:
            if error.status == _NOT_FOUND:
                # It was there a moment ago, so another user or run has removed it.
                raise BusyError(str(error)) from error
            raise

    def delete_comment(self, comment: int) -> None:
        """Remove a comment, if it still exists."""
        try:
            self._send("DELETE", f"{self._issues}/comments/{comment}")
        except RefusedError as error:
            self.host.console.detail(f"comment {comment} stays: {error}")

    def open_pull_requests(self, owner: str, branch: str) -> Iterator[PullRequest]:
        """The open pull requests for a branch, which ``owner`` may have in a fork."""
        query = urlencode({"head": f"{owner}:{branch}", "state": "open", "per_page": 100})
        return self._pages(f"{self.url}/repos/{self.repository}/pulls?{query}", _pull_request)

    @property
    def _issues(self) -> str:
        # A pull request is an issue too, and has its comments.
        return f"{self.url}/repos/{self.repository}/issues"

    def _write(self, method: Literal["POST", "PATCH"], url: str, body: str) -> Comment | None:
        response = self._send(method, url, json.dumps({"body": body}, ensure_ascii=False))
        return None if self.host.dry else _parsed(_comment, response)

    def _pages(self, url: str, parse: Callable[[Any], _T]) -> Iterator[_T]:
        while url:
            response = self._send("GET", url)
            yield from _parsed(lambda items: [parse(item) for item in items], response)
            found = _NEXT.search(response.headers.get("link", ""))
            url = found[1] if found else ""
            if url and not url.startswith(f"{self.url}/"):
                # It would get the token.
                raise FailedError(f"the next page is not on {self.url}: {url}")

    def _send(self, method: Literal["GET", "POST", "PATCH", "DELETE"], url: str, body: str = "") -> Response:
        request = Request(method, url, self._headers(body), body)
        seconds = min(REQUEST_SECONDS, self.seconds_left)
        if seconds <= 0:
            raise BusyError("GitHub has not answered in time")
        try:
            if method == "GET":
                response = self.host.look_up(request, seconds=seconds)
            else:
                response = self.host.send(request, seconds=seconds, assumed=Response(_SUCCESS.start))
        except UnavailableError as error:
            raise BusyError(f"{error.what}: {error.why}") from error
        if response.status not in _SUCCESS:
            raise _error(request, response)
        return response

    def _headers(self, body: str) -> dict[str, str]:
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "User-Agent": f"ci-kit/{__version__}",
            "X-GitHub-Api-Version": _VERSION,
        }
        return headers | {"Content-Type": "application/json"} if body else headers


def _error(request: Request, response: Response) -> RefusedError | FailedError | BusyError:
    message = f"{response.status} for {request.method} {request.url}"
    if said := _message(response):
        message += f": {said}"
    status, wait = response.status, _wait(response)
    limited = status == _FORBIDDEN and (wait is not None or "rate limit" in said)
    if status == _TOO_MANY or status >= _SERVER_ERROR or limited:
        return BusyError(message, wait)
    return RefusedError(message, status) if status in (_FORBIDDEN, _NOT_FOUND) else FailedError(message)


def _message(response: Response) -> str:
    """What GitHub says about an error, in one line."""
    try:
        said = json.loads(response.text)["message"]
    except (KeyError, TypeError, ValueError):
        return ""
    return " ".join(str(said).split())


def _wait(response: Response) -> float | None:
    """The seconds until GitHub's rate limit allows another request; None without a limit."""
    headers = response.headers
    if (after := headers.get("retry-after", "")).isdecimal():
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
        return max(0.0, int(reset) - time.time())
    return None


def _parsed(parse: Callable[[Any], _T], response: Response) -> _T:
    try:
        return parse(json.loads(response.text))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BusyError("GitHub's answer is not the documented JSON") from error


def _user(data: Any) -> User:
    return User(int(data["id"]), str(data["login"]))


def _comment(data: Any) -> Comment:
    author = _user(data["user"]) if data["user"] else None
    return Comment(int(data["id"]), author, str(data.get("body") or ""), str(data["html_url"]))


def _pull_request(data: Any) -> PullRequest:
    head = data["head"]
    repository = str(head["repo"]["full_name"]) if head["repo"] else ""
    return PullRequest(int(data["number"]), repository, str(head["sha"]))
