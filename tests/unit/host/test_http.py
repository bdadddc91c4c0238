"""HTTP requests: their answers, and their limits."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.host.http import Request, Response
from tests.support.github_api.answers import Answer, cut_off, reset
from tests.support.github_api.server import TOKEN, GitHub, serve
from tests.unit.support import console_text, make_host

LIMIT = 60.0


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serve() as github:
        yield github


def comments(github: GitHub) -> Request:
    url = f"{github.url}/repos/o/r/issues/7/comments"
    return Request("GET", url, {"Authorization": f"Bearer {TOKEN}"})


def get(github: GitHub, *, seconds: float = LIMIT) -> Response:
    return make_host().look_up(comments(github), seconds=seconds)


def test_an_answer_has_its_status_its_headers_and_its_text(github: GitHub) -> None:
    github.fail("GET", lambda _: Answer(418, "한", {"X-Name": "value"}, described=False))
    response = get(github)
    assert (response.status, response.headers["x-name"]) == (418, "value")
    assert response.text == '"\\ud55c"'


def test_a_redirection_is_not_followed(github: GitHub) -> None:
    elsewhere = {"Location": f"{github.url}/user"}
    github.fail("GET", lambda _: Answer(302, None, elsewhere, described=False))
    assert get(github).status == 302
    assert [call.path for call in github.calls] == ["/repos/o/r/issues/7/comments"]


def drip(closed: Event, handler: BaseHTTPRequestHandler) -> None:
    """An answer that comes byte by byte, and never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    try:
        while not closed.wait(0.01):
            handler.wfile.write(b"X: y\r\n" if handler.path == "/headers" else b"X")
    except ConnectionError:
        pass
    handler.close_connection = True


def test_an_answer_that_never_ends_has_a_limit(github: GitHub) -> None:
    github.fail("GET", lambda handler: drip(github.closed, handler))
    with pytest.raises(UnavailableError) as caught:
        get(github, seconds=0.5)
    assert caught.value.what == f"no answer to GET {github.url}/repos/o/r/issues/7/comments"
    assert caught.value.why == "there was none within 0.5 s"


@pytest.mark.parametrize(
    ("fault", "why"),
    [(cut_off, "the answer is cut off or too long"), (reset, "Connection reset by peer")],
)
def test_a_connection_that_breaks_is_an_error(fault: object, why: str, github: GitHub) -> None:
    github.fail("GET", fault)  # type: ignore[arg-type]
    with pytest.raises(UnavailableError) as caught:
        get(github)
    assert why in caught.value.why


def test_a_long_answer_is_an_error(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ci_kit.host.http._MOST_BYTES", 100)
    github.fail("GET", lambda _: Answer(200, "x" * 99, described=False))
    with pytest.raises(UnavailableError):
        get(github)
    github.fail("GET", lambda _: Answer(200, "x" * 98, described=False))
    assert len(get(github).text) == 100


def test_a_name_without_a_host_is_an_error() -> None:
    request = Request("GET", "http://name.invalid/")
    with pytest.raises(UnavailableError) as caught:
        make_host().look_up(request, seconds=LIMIT)
    assert caught.value.why


def test_a_dry_run_sends_no_change_and_prints_it_without_headers(
    github: GitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{github.url}/repos/o/r/issues/7/comments"
    request = Request("POST", url, {"Authorization": f"Bearer {TOKEN}"}, '{"body": "x"}')
    response = make_host(dry=True).send(request, seconds=LIMIT, assumed=Response(201))
    assert response == Response(201)
    assert capsys.readouterr().out == f'POST {url}\n  | {{"body": "x"}}\n'
    assert github.calls == []


def test_a_change_is_described(github: GitHub) -> None:
    host = make_host(verbosity=1)
    url = f"{github.url}/repos/o/r/issues/7/comments"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    assert (
        host.send(Request("POST", url, headers, '{"body": "x"}'), seconds=LIMIT, assumed=Response(0)).status
        == 201
    )
    assert console_text(host) == f'POST {url}\n  | {{"body": "x"}}\n'
