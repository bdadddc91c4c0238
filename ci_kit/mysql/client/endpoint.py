"""The address of a server, and a login there."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

LOOPBACK = "127.0.0.1"
"""The address at which a server of this machine answers over TCP."""

ROOT = "root"
"""The account that may do everything."""


@dataclass(frozen=True)
class Endpoint:
    """A login at a server: address, user and password. ``socket`` is its Unix socket, if it is reachable."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    socket: Path | None = None

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

    def environment(self, database: str) -> dict[str, str]:
        """The variables that applications read. Some read MYSQL_DB instead of MYSQL_DATABASE."""
        # The client library's own variables: with the host name localhost, it uses the socket.
        library = {"MYSQL_TCP_PORT": str(self.port)}
        if self.socket:
            library["MYSQL_UNIX_PORT"] = str(self.socket)
        host = f"[{self.host}]" if ":" in self.host else self.host
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return {
            "MYSQL_HOST": self.host,
            "MYSQL_PORT": str(self.port),
            "MYSQL_USER": self.user,
            "MYSQL_PASSWORD": self.password,
            "MYSQL_DATABASE": database,
            "MYSQL_DB": database,
            "DATABASE_URL": f"mysql://{login}@{host}:{self.port}/{quote(database, safe='')}",
            **library,
        }
