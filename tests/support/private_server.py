"""A private server for tests that need a real one, without the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.private.server import PrivateServer


@contextmanager
def running(server: PrivateServer) -> Iterator[Endpoint]:
    """Start a server, and end it with the context; gives the login of its tests."""
    with ExitStack() as cleanup:
        yield server.start(cleanup).ready().access.login
