"""The record of one server."""

from __future__ import annotations

import platform
from contextlib import suppress
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

from ci_kit.mysql.client.endpoint import ROOT, Endpoint, TlsFiles
from ci_kit.settings.option import ServerKind
from ci_kit.settings.options import OPTIONS
from ci_kit.settings.settings import Settings

NAME_PREFIX = "ci-kit-mysql-"


def own_name(token: str) -> str:
    """The name of a server's folder or container. By it, ci-kit recognises what it may remove."""
    return f"{NAME_PREFIX}{token}"


def this_machine() -> str:
    """The name of the machine, or of the container on it: process ids mean something only there."""
    with suppress(OSError):
        return f"{platform.node()} {Path('/proc/self/ns/pid').readlink()}"
    return platform.node()


@dataclass(frozen=True)
class Record:
    """One server, with the login of its tests.

    - ``token`` names it among all servers of this user.
    - ``place`` is what its kind finds it by: the folder of a private server, the engine and name of a
      container, the unit of a service.
    - ``tls`` are the paths of :class:`TlsFiles`.
    - ``replica`` numbers the replicas of a server from 1; the server itself is number 0. ``source`` is the
      token of a replica's source.
    - ``variables`` and ``env`` are those of the tests, as texts of these settings.
    - ``fixed`` has the settings that the server got at its start.
    - ``name`` tells the servers of a project apart; the first has none.
    - ``machine`` is where it runs: several machines or containers may share one cache folder.
    - ``started`` means that ci-kit started the service. ``changed`` means that ci-kit has stopped the service
      or changed its settings.
    - ``kept`` means that it may outlive the process that made it.
    """

    token: str
    kind: ServerKind
    project: str
    place: str
    version: str
    timezone: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str
    socket: str = ""
    tls: list[str] = field(default_factory=list)
    source: str = ""
    replica: int = 0
    variables: list[str] = field(default_factory=list)
    env: list[str] = field(default_factory=list)
    fixed: dict[str, str] = field(default_factory=dict)
    name: str = ""
    machine: str = field(default_factory=this_machine)
    started: bool = True
    changed: bool = False
    kept: bool = False

    @property
    def well_formed(self) -> bool:
        """Whether its texts are texts: anybody's program may have written the file that it was read from."""
        return all(isinstance(getattr(self, one.name), str) for one in fields(self) if one.type == "str")

    @property
    def login(self) -> Endpoint:
        """The login of the tests."""
        socket = Path(self.socket) if self.socket else None
        return Endpoint(self.host, self.port, self.user, self.password, socket, TlsFiles(*self.tls))

    @property
    def root(self) -> Endpoint:
        """The login of root, who has the same password."""
        return self.login.as_user(ROOT, self.password)


def new_record(settings: Settings, login: Endpoint, *, kind: ServerKind, token: str, place: str) -> Record:
    """The record of a server that was made for a project; ``login`` is the login of its tests."""
    return Record(
        token=token,
        kind=kind,
        project=str(settings.root),
        place=place,
        version="",
        timezone=settings.timezone,
        host=login.host,
        port=login.port,
        user=login.user,
        password=login.password,
        database=settings.database,
        socket=str(login.socket or ""),
        tls=list(astuple(login.tls)),
        variables=[str(variable) for variable in settings.login_variables],
        env=[str(pair) for pair in settings.env],
        fixed=fixed_settings(settings),
        name=settings.name,
    )


def fixed_settings(settings: Settings) -> dict[str, str]:
    """The settings that a server has from its start on, as texts to compare."""
    return {option.name: str(settings.value(option)) for option in OPTIONS if option.fixed_at_start}
