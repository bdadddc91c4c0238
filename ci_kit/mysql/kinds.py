"""The kinds of server: the table of them, and the settings that each applies.

A new kind is a module that fulfils :class:`ci_kit.mysql.client.server.Server`, and a row of ``KINDS``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ci_kit.console import Console
from ci_kit.errors import UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql import external
from ci_kit.mysql.choice import Choice
from ci_kit.mysql.client.server import Server
from ci_kit.mysql.container import server as container
from ci_kit.mysql.container.image import with_official_image
from ci_kit.mysql.prepare.sql_files import init_files
from ci_kit.mysql.private import instance as private
from ci_kit.mysql.private.replicas import ReplicatedServer
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.mysql.records.cleanup import Lifetime
from ci_kit.mysql.records.record import Record
from ci_kit.mysql.service import server as service
from ci_kit.mysql.service.use import give_back
from ci_kit.settings.option import ServerKind
from ci_kit.settings.settings import Settings


@dataclass(frozen=True)
class Kind:
    """A kind of server: how one is made for a run, and how a later process finds and ends it."""

    make: Callable[[Settings, Runner], Server]
    owns: Callable[[Record], bool]
    is_up: Callable[[Host, Record], bool]
    end: Callable[[Host, Record], None]
    lifetime: Lifetime


def _private(settings: Settings, runner: Runner) -> Server:
    password = _password(settings, runner)
    if settings.replicas:
        return ReplicatedServer(runner, settings, password)
    return PrivateServer(runner.host, settings, password)


def _service(settings: Settings, runner: Runner) -> Server:
    return service.ServiceServer(runner, settings, _password(settings, runner))


def _docker(settings: Settings, runner: Runner) -> Server:
    return container.DockerServer(runner, with_official_image(settings), _password(settings, runner))


def _external(settings: Settings, runner: Runner) -> Server:
    return external.ExternalServer(runner.host, settings)


KINDS: Mapping[ServerKind, Kind] = {
    "private": Kind(_private, private.owns, private.is_up, private.end, lifetime="run"),
    "service": Kind(_service, service.owns, service.is_up, give_back, lifetime="machine"),
    "docker": Kind(_docker, container.owns, container.is_up, container.end, lifetime="run"),
    "external": Kind(_external, external.owns, external.is_up, external.end, lifetime="elsewhere"),
}


def check_settings(settings: Settings, choice: Choice, console: Console) -> None:
    """Warn about settings that the chosen kind of server does not apply.

    Raises UsageError for one that must apply, for settings that contradict each other, and for init SQL files
    that do not exist or cannot run.
    """
    for option in settings.ignored_by(choice.kind):
        why = f"{option.name} came from {settings.source(option.name)}, mysql is {choice}"
        kinds = " or ".join(sorted(option.kinds))
        if option.must_apply:
            raise UsageError(
                f"{option.name} does not work with mysql = {choice.kind}",
                why=why,
                todo=f"remove it, or use a server that can: mysql = {kinds}"
                + (f"; {option.alternative}" if option.alternative else ""),
            )
        console.warning(f"{option.name} has no effect: only mysql = {kinds} applies it; {why}")
    if settings.empty_password and settings.mysql_password:
        raise UsageError(
            "empty-password and mysql-password contradict each other",
            why=f"empty-password came from {settings.source('empty-password')},"
            f" mysql-password from {settings.source('mysql-password')}",
            todo="remove one of the two",
        )
    if init_files(settings) and settings.create_database is False:
        raise UsageError(
            "init-sql runs only if ci-kit has just created the database, and it may not create one",
            why=f"create-database came from {settings.source('create-database')}",
            todo="remove one of the two",
        )


def _password(settings: Settings, runner: Runner) -> str:
    """The password of the settings, or a random one."""
    if settings.empty_password:
        return ""
    if settings.mysql_password:
        return settings.mysql_password
    password = secrets.token_urlsafe(18)
    runner.hide(password)
    return password
