"""The kinds of server, which one a run takes, and why."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.client.server import Server
from ci_kit.settings.loading import Settings


@dataclass(frozen=True)
class Choice:
    """A kind of server, and why it was chosen."""

    kind: str
    why: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.why})"


def choose_kind(host: Host, settings: Settings, runner: Runner) -> Choice:
    """The kind of server for a run, and why."""
    from ci_kit.mysql.container.engine import find_engine
    from ci_kit.mysql.private.program import find_server_program
    from ci_kit.mysql.service.manager import find_unit

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
    from ci_kit.mysql.container.server import DockerServer
    from ci_kit.mysql.external import ExternalServer
    from ci_kit.mysql.private.replicas import ReplicatedServer
    from ci_kit.mysql.private.server import PrivateServer
    from ci_kit.mysql.service.server import ServiceServer

    if choice.kind == "off":
        return None
    if settings.replicas and choice.kind != "private":
        raise UsageError(
            "only a private server has replicas",
            why=f"mysql is {choice.kind} by {choice.why}, replicas came from {settings.source('replicas')}",
            todo="leave out one of the two",
        )
    _require_use(settings, external=choice.kind == "external")
    if choice.kind == "external":
        return ExternalServer(host, settings)
    password = settings.mysql_password or _generated_password(runner)
    if choice.kind == "service":
        _require_leave(settings, runner)
        return ServiceServer(host, settings, password, owned=runner.owns_machine)
    if choice.kind == "docker":
        return DockerServer(host, settings, password)
    if settings.replicas:
        return ReplicatedServer(host, settings, password)
    return PrivateServer(host, settings, password)


def _require_use(settings: Settings, *, external: bool) -> None:
    """The files of SQL are there, and a setting that is given does something."""
    from ci_kit.mysql.prepare.init_sql import init_files

    if init_files(settings) and settings.create_database is False:
        raise UsageError(
            "init-sql fills a database that was just created, and none is",
            why=f"create-database came from {settings.source('create-database')}",
            todo="leave out one of the two",
        )
    ignored = [name for name in ("sql-mode", "mysql-settings") if external and settings.given(name)]
    if ignored:
        raise UsageError(
            f"an external server is not given {' and '.join(ignored)}",
            why=f"{ignored[0]} came from {settings.source(ignored[0])}",
            todo="set it there, or take a private server (mysql: private)",
        )


def _require_leave(settings: Settings, runner: Runner) -> None:
    """Databases are made in the machine's service: not in a laptop's, by a project's settings.

    Where root's password stays as it is, it has to be known.
    """
    if not (runner.real or runner.owns_machine or settings.by_flag("mysql")):
        raise UsageError(
            "the service of this machine is not touched",
            why=f"mysql is service by {settings.source('mysql')}, and this is no runner",
            todo="leave mysql out for a private server; --mysql service on the command line insists",
        )
    if not (runner.owns_machine or settings.mysql_password):
        raise UsageError(
            "the service of this machine needs root's password",
            why=f"mysql is service by {settings.source('mysql')}, and the service outlives the job",
            todo="give the one root has as mysql-password, or take a private server (mysql: private)",
        )


def _generated_password(runner: Runner) -> str:
    password = secrets.token_urlsafe(18)
    runner.hide(password)
    return password
