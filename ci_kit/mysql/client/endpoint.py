"""The address of a server, and a login there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from pathlib import Path

LOOPBACK = "127.0.0.1"
"""The address at which a server of this machine answers over TCP."""

ROOT = "root"
"""The account that may do everything."""


@dataclass(frozen=True)
class TlsFiles:
    """The paths of files for clients with TLS: the server's CA, a certificate and its key. Empty: unknown."""

    ca: str = ""
    cert: str = ""
    key: str = ""


@dataclass(frozen=True)
class Endpoint:
    """A login at a server: address, user and password. ``socket`` is its Unix socket, if it is reachable."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    socket: Path | None = None
    tls: TlsFiles = TlsFiles()

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether the server runs on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def as_user(self, user: str, password: str) -> Endpoint:
        return replace(self, user=user, password=password)
