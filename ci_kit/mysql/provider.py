"""The kinds of server, and which one a run takes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host import Host
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.version import Version
from ci_kit.settings import Settings


@dataclass(frozen=True)
class Ready:
    """A server that is up and prepared: the login of the tests, what the server is, and its replicas."""

    login: Endpoint
    version: Version | None
    replicas: tuple[Endpoint, ...] = ()

    def describe(self, choice: Choice) -> str:
        """The server in a line: what it is, where it came from and why, where it answers."""
        parts = [str(self.version or "a server"), str(choice), f"{self.login.host}:{self.login.port}"]
        if self.replicas:
            parts.append(f"{len(self.replicas)} {'replica' if len(self.replicas) == 1 else 'replicas'}")
        return ", ".join(parts)

    def environment(self, database: str) -> dict[str, str]:
        """The variables of the tests: the login, and where the replicas are."""
        found = self.login.environment(database)
        for number, replica in enumerate(self.replicas, 1):
            for suffix in ("", f"_{number}") if number == 1 else (f"_{number}",):
                found[f"MYSQL_REPLICA_HOST{suffix}"] = replica.host
                found[f"MYSQL_REPLICA_PORT{suffix}"] = str(replica.port)
        return found


class Server(Protocol):
    """Where a run's server comes from. ``stop`` follows in any case, also after a failed ``start``."""

    shared: bool
    """Whether it goes on running whatever the run does: it is not the run's own."""

    def start(self) -> None:
        """Begin to start it, and come back while it boots."""

    def ready(self) -> Ready:
        """Wait until it answers, and bring it to what the settings ask for."""

    def keep(self) -> None:
        """Leave it to later processes, with a record by which they find it."""

    def lost(self) -> UnavailableError | None:
        """Why the server is of no use any more; None if it is."""

    def stop(self) -> None:
        """End what :meth:`start` began and is not kept, and leave nothing of it."""


@dataclass(frozen=True)
class Choice:
    """A kind of server, and why it was chosen."""

    kind: str
    why: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.why})"


def choose_kind(host: Host, settings: Settings, runner: Runner) -> Choice:
    """The kind of server for a run, and why."""
    from ci_kit.mysql.binary import find_server_program
    from ci_kit.mysql.engine import find_engine
    from ci_kit.mysql.units import find_unit

    if settings.mysql != "auto":
        return Choice(settings.mysql, settings.source("mysql"))
    if not runner.owns_machine:
        why = "not on a GitHub-hosted runner"
    elif settings.replicas:
        why = "a service has no replicas"
    elif find_unit(host):
        return Choice("service", "this is a GitHub-hosted runner")
    else:
        # A job's container and a macOS runner have none.
        why = "the runner has no MySQL service"
    if not find_server_program(host, settings) and (engine := find_engine(host)):
        return Choice("docker", f"{why}, no server program, {engine} is there")
    return Choice("private", why)


def make_server(host: Host, settings: Settings, runner: Runner, choice: Choice) -> Server | None:
    """The server of a run, not started yet; None if the run wants none."""
    from ci_kit.mysql.docker import DockerServer
    from ci_kit.mysql.external import ExternalServer
    from ci_kit.mysql.private import PrivateServer
    from ci_kit.mysql.replica import ReplicatedServer
    from ci_kit.mysql.service import ServiceServer

    if choice.kind == "off":
        return None
    if settings.replicas and choice.kind != "private":
        raise UsageError(
            "only a private server has replicas",
            why=f"mysql is {choice.kind} by {choice.why}, replicas came from {settings.source('replicas')}",
            todo="leave out one of the two",
        )
    if choice.kind == "external":
        return ExternalServer(host, settings)
    password = settings.mysql_password or _generated_password(host, runner)
    if choice.kind == "service":
        _require_leave(settings, runner)
        return ServiceServer(host, settings, password, owned=runner.owns_machine)
    if choice.kind == "docker":
        return DockerServer(host, settings, password)
    if settings.replicas:
        return ReplicatedServer(host, settings, password)
    return PrivateServer(host, settings, password)


def _require_leave(settings: Settings, runner: Runner) -> None:
    """The machine's service gets another root password: nobody's laptop may, by a project's settings."""
    if not (runner.real or runner.owns_machine or settings.by_flag("mysql")):
        raise UsageError(
            "the service of this machine is not touched",
            why=f"mysql is service by {settings.source('mysql')}, and this is no runner",
            todo="leave mysql out for a private server; --mysql service on the command line insists",
        )


def _generated_password(host: Host, runner: Runner) -> str:
    password = secrets.token_urlsafe(18)
    host.redactor.add(password)
    runner.mask(password)
    return password
