"""A stand-in of GitHub's REST API: a real HTTP server with the comments of one repository.

It checks each request, and each answer of its own, against GitHub's published description. It can be told to
fail as GitHub, a proxy or a network fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.support.github_api.answers import Answer, Fault
from tests.support.github_api.checking import described_request, read_description, wrong_answer, wrong_request
from tests.support.github_api.data import PRIVATE_FIELDS, comment_data, too_long, user_data

REPOSITORY = "o/r"
TOKEN = "ghs_" + "StandIn0" * 4
ACTIONS = "github-actions[bot]"
PERSON = "ghp_" + "StandIn1" * 4
OTHER_APP = "ghs_" + "StandIn2" * 4
LIMIT = 65536
NOT_FOUND = Answer(404, {"message": "Not Found"}, described=False)
LOGINS = {TOKEN: ACTIONS, PERSON: "mina", OTHER_APP: "reporter[bot]"}
"""The account of each token."""


@dataclass(frozen=True)
class Call:
    """A request that came in. ``path`` is below the address of the API."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any

    @property
    def login(self) -> str:
        return LOGINS.get(self.headers.get("Authorization", "").removeprefix("Bearer "), "")


class GitHub:
    """The state of the stand-in, and its address ``url``.

    Its answers are not checked if it is ``unchecked``: GitHub's own are not always as described.
    """

    def __init__(self, prefix: str = "") -> None:
        self.prefix = prefix
        self.url = ""
        self.comments: list[dict[str, Any]] = []
        self.pull_requests: list[dict[str, Any]] = []
        self.calls: list[Call] = []
        self.problems: list[str] = []
        self.page_size = 100
        self.unchecked = False
        self.before: dict[str, Callable[[], object]] = {}
        self.closed = Event()
        self._faults: dict[str, list[Fault]] = {}
        self._lock = Lock()
        self._last_id = 100

    def fail(self, method: str, *faults: Fault, times: int = 1) -> None:
        """Let the next requests of a method fail."""
        self._faults.setdefault(method, []).extend(faults * times)

    def next_fault(self, method: str) -> Fault | None:
        faults = self._faults.get(method)
        return faults.pop(0) if faults else None

    def hang(self, _: BaseHTTPRequestHandler) -> None:
        """A fault: no answer until the stand-in ends."""
        self.closed.wait()

    def add_comment(self, login: str, body: str) -> dict[str, Any]:
        """Add a comment of an account, as a request would."""
        with self._lock:
            self._last_id += 1
            comment = comment_data(self._last_id, login, body)
            self.comments.append(comment)
        return comment

    @property
    def methods(self) -> list[str]:
        """The methods of the requests, in order, without the look at the token's account."""
        return [call.method for call in self.calls if call.path != "/user"]

    def answer(self, call: Call) -> Answer:
        """The answer of GitHub to a request that it accepts."""
        if not call.login:
            return Answer(401, {"message": "Bad credentials"}, described=False)
        routes = {
            "GET /user": self._account,
            "GET /repos/o/r/issues/7/comments": lambda call: self._page(call, self.comments),
            "POST /repos/o/r/issues/7/comments": self._create,
            "GET /repos/o/r/pulls": self._pulls,
        }
        if route := routes.get(f"{call.method} {call.path}"):
            return route(call)
        folder, _, number = call.path.rpartition("/")
        if folder == "/repos/o/r/issues/comments":
            return self._change(call, int(number))
        return NOT_FOUND

    def _account(self, call: Call) -> Answer:
        if call.login.endswith("[bot]"):
            return Answer(403, {"message": "Resource not accessible by integration"})
        return Answer(200, user_data(call.login) | PRIVATE_FIELDS)

    def _pulls(self, call: Call) -> Answer:
        head = call.query["head"]
        return self._page(call, [one for one in self.pull_requests if one["head"]["label"] == head])

    def _create(self, call: Call) -> Answer:
        body = call.body["body"]
        return (
            Answer(422, too_long()) if len(body) > LIMIT else Answer(201, self.add_comment(call.login, body))
        )

    def _change(self, call: Call, number: int) -> Answer:
        with self._lock:
            found = [comment for comment in self.comments if comment["id"] == number]
            if not found:
                return NOT_FOUND
            if call.method == "DELETE":
                self.comments = [comment for comment in self.comments if comment["id"] != number]
                return Answer(204)
            found[0]["body"] = call.body["body"]
            return Answer(200, found[0])

    def _page(self, call: Call, items: list[dict[str, Any]]) -> Answer:
        page, size = int(call.query.get("page", 1)), min(int(call.query.get("per_page", 30)), self.page_size)
        last = max(1, -(-len(items) // size))
        links = []
        for name, number in (("prev", page - 1), ("next", page + 1), ("last", last), ("first", 1)):
            if 1 <= number <= last and number != page:
                query = urlencode(call.query | {"page": number})
                links.append(f'<{self.url}{call.path}?{query}>; rel="{name}"')
        return Answer(
            200, items[(page - 1) * size : page * size], {"Link": ", ".join(links)} if links else {}
        )


@contextmanager
def serve(prefix: str = "") -> Iterator[GitHub]:
    """Run a stand-in at a free port of this machine. Fails if a request or an answer was not as described."""
    # Before the first request, which has a limit.
    read_description()
    github = GitHub(prefix)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(github))
    github.url = f"http://127.0.0.1:{server.server_port}{prefix}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield github
    finally:
        github.closed.set()
        server.shutdown()
        thread.join()
        server.server_close()
    assert github.problems == []


def _handler(github: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            # A proxy gets the whole address.
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length", 0))
            content = self.rfile.read(size)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = json.loads(content) if content else None
            call = Call(self.command, parts.path.removeprefix(github.prefix), query, dict(self.headers), body)
            github.calls.append(call)
            if hook := github.before.get(self.command):
                hook()
            request = described_request(call.method, call.path, query, call.headers, content)
            if wrong := wrong_request(request):
                github.problems.append(wrong)
            fault = github.next_fault(self.command)
            answer = Answer(500) if wrong else fault(self) if fault else github.answer(call)
            if answer is None:
                return
            if (
                answer.described
                and not (wrong or github.unchecked)
                and (wrong := wrong_answer(request, answer))
            ):
                github.problems.append(wrong)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(answer.content)

        do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests short."""

    return Handler
