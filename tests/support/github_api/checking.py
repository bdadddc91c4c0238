"""Checks requests and answers against GitHub's published description of its API."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from tests.support.github_api.answers import Answer
from tests.support.github_api.excerpt import DESCRIPTION

_SERVER = "https://api.github.com"


@cache
def read_description() -> OpenAPI:
    """The description. The first call takes about a second."""
    return OpenAPI.from_file_path(str(DESCRIPTION))


def described_request(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], content: bytes
) -> MockRequest:
    """A request for the checks below."""
    return MockRequest(
        _SERVER,
        method.lower(),
        path,
        args=dict(query),
        headers=dict(headers),
        data=content,
        content_type=headers.get("Content-Type", "application/json"),
    )


def wrong_request(request: MockRequest) -> str:
    """How a request differs from the description; empty if it does not."""
    try:
        read_description().validate_request(request)
    except OpenAPIError as error:
        return f"{request.method} {request.path}: {error!r} {error.__cause__!r}"
    return ""


def wrong_answer(request: MockRequest, answer: Answer) -> str:
    """How an answer differs from the description; empty if it does not."""
    response = MockResponse(answer.content, answer.status, dict(answer.headers), "application/json")
    try:
        read_description().validate_response(request, response)
    except OpenAPIError as error:
        return f"{answer.status} for {request.method} {request.path}: {error!r} {error.__cause__!r}"
    return ""
