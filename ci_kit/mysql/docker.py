"""A server in a container."""

from __future__ import annotations

from ci_kit.errors import UnavailableError
from ci_kit.host import Host
from ci_kit.mysql.provider import Ready
from ci_kit.mysql.state import Record
from ci_kit.settings import Settings


def find_engine(host: Host) -> str:
    """The engine's program that answers on this machine; empty if there is none."""
    return ""


class DockerServer:
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


def is_up(host: Host, record: Record) -> bool:
    raise NotImplementedError


def end(host: Host, record: Record) -> None:
    raise NotImplementedError
