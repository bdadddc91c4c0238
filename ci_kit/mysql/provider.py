"""The kinds of server, and which one a run takes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol

from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.host import Host
from ci_kit.mysql.endpoint import Endpoint
from ci_kit.mysql.version import Version
from ci_kit.settings import Settings


@dataclass(frozen=True)
class Ready:
    """A server that is up and prepared: the login of the tests, and what the server is."""

    login: Endpoint
    version: Version | None


class Server(Protocol):
    """Where a run's server comes from. ``stop`` follows in any case, also after a failed ``start``."""

    kind: str

    def start(self) -> None:
        """Begin to start it, and come back while it boots."""

    def ready(self) -> Ready:
        """Wait until it answers, and bring it to what the settings ask for."""

    def keep(self, wanted: bool) -> bool:
        """Whether the server goes on running after this process: one of the run's own, only if wanted."""

    def stop(self) -> None:
        """End what :meth:`start` began, and leave nothing of it."""


def choose_kind(host: Host, settings: Settings, runner: Runner) -> tuple[str, str]:
    """The kind of server for a run, and why."""
    from ci_kit.mysql.service import find_unit

    if settings.mysql != "auto":
        return settings.mysql, settings.source("mysql")
    if not runner.owns_machine:
        return "private", "not on a GitHub-hosted runner"
    # A job's container and a macOS runner have none.
    if not find_unit(host):
        return "private", "the runner has no MySQL service"
    return "service", "this is a GitHub-hosted runner"


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


def make_server(host: Host, settings: Settings, runner: Runner) -> Server | None:
    """The server of a run, not started yet; None if the run wants none."""
    from ci_kit.mysql.external import ExternalServer
    from ci_kit.mysql.private import PrivateServer
    from ci_kit.mysql.service import ServiceServer

    kind, _ = choose_kind(host, settings, runner)
    if kind == "off":
        return None
    if kind == "external":
        return ExternalServer(host, settings)
    password = settings.mysql_password or _generated_password(host, runner)
    if kind == "service":
        _require_leave(settings, runner)
        return ServiceServer(host, settings, password)
    return PrivateServer(host, settings, password)
