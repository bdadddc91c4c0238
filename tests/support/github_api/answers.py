"""Answers of the stand-in, and the ways in which GitHub, a proxy or a network fails."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Answer:
    """An answer of the stand-in. ``text`` replaces the JSON of ``data``; ``described`` means to check it."""

    status: int
    data: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    described: bool = True

    @property
    def content(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return b"" if self.data is None else json.dumps(self.data).encode()


Fault: TypeAlias = "Callable[[BaseHTTPRequestHandler], Answer | None]"
"""Happens instead of an answer. Gives None if it has dealt with the connection itself."""


def error(status: int, message: str = "no", *, described: bool = True, **headers: str) -> Fault:
    """An error as GitHub reports it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    data = {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    return lambda _: Answer(status, data, named, described=described)


def broken(_: BaseHTTPRequestHandler) -> Answer:
    """An answer of something that is not GitHub."""
    return Answer(200, text="<html>sign in to the network</html>", described=False)


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """An answer whose end does not come."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'[{"id": 1, "bo')
    handler.close_connection = True


def reset(handler: BaseHTTPRequestHandler) -> None:
    """A connection that ends without an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
