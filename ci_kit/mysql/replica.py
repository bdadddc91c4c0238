"""A private server with read replicas beside it."""

from __future__ import annotations

from ci_kit.errors import UnavailableError
from ci_kit.host import Host
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.provider import Ready
from ci_kit.settings import Settings


class ReplicatedServer:
    shared = False

    def __init__(self, host: Host, settings: Settings, password: str) -> None:
        pass

    def start(self) -> None:
        raise NotImplementedError

    def ready(self) -> Ready:
        raise NotImplementedError

    def keep(self) -> None:
        raise NotImplementedError

    def lost(self) -> UnavailableError | None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError


def lag(host: Host, root: Endpoint) -> int | None:
    raise NotImplementedError
