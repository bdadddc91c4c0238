"""Which kind of server a run uses, and why."""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.client.answering import look_at
from ci_kit.mysql.client.endpoint import Endpoint
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.container.engine import engine_states, find_engine
from ci_kit.mysql.external import external_login
from ci_kit.mysql.private.program import find_server_program, server_programs
from ci_kit.mysql.records import store
from ci_kit.mysql.records.record import Record
from ci_kit.mysql.service.manager import find_unit
from ci_kit.mysql.service.option_files import read_service_options
from ci_kit.mysql.service.version import service_version
from ci_kit.settings.option import ServerKind
from ci_kit.settings.server_version import WantedVersion
from ci_kit.settings.settings import Settings
from ci_kit.settings.variables import names_of, variables


@dataclass(frozen=True)
class Choice:
    """A kind of server, and why it was chosen.

    ``instead`` has a line for each server that the machine has, if none of them has the version, and the
    image that has it may be out of reach.
    """

    kind: ServerKind
    why: str
    instead: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} ({self.why})"


def choose_kind(settings: Settings, runner: Runner) -> Choice:
    """The kind of a server for a run, and why.

    Raises UsageError for settings that contradict each other, and UnavailableError if no server fits
    ``mysql-version``.
    """
    if settings.mysql == "off":
        raise UsageError(
            "there is no server to start",
            why=f"mysql = off came from {settings.source('mysql')}",
            todo="remove it, or choose a kind of server",
        )
    if settings.mysql == "kept":
        raise UsageError(
            "mysql = kept starts no server: it is one that runs already",
            why=f"it came from {settings.source('mysql')}",
            todo="only `ci-kit run` uses it; choose another kind of server to start one",
        )
    if settings.mysql in {"auto", "docker"}:
        _require_one_image(settings)
    if settings.mysql != "auto":
        return Choice(settings.mysql, settings.source("mysql"))
    if choice := _answering(settings, runner):
        return choice
    if settings.mysql_version:
        return _fitting(settings, runner, settings.mysql_version)
    return _any_version(settings, runner)


def _any_version(settings: Settings, runner: Runner) -> Choice:
    host = runner.host
    if settings.name:
        why = "beside the first server"
    elif not runner.machine_is_disposable:
        why = "not on a GitHub-hosted runner"
    elif refused := _refused(settings, "service"):
        why = f"a service cannot apply {refused}"
    elif find_unit(host):
        return Choice("service", "this is a GitHub-hosted runner")
    else:
        # The container of a job and a macOS runner have none.
        why = "the runner has no MySQL service"
    return _own_server(settings, host, why)


def _own_server(settings: Settings, host: Host, why: str) -> Choice:
    """A server that is started for the run."""
    if not find_server_program(host, settings) and (engine := find_engine(host)):
        return Choice("docker", f"{why}, no server program was found, but {engine} was")
    return Choice("private", why)


def _fitting(settings: Settings, runner: Runner, wanted: WantedVersion) -> Choice:
    """The first server that fits. Raises UnavailableError with what the machine has, if none does."""
    host = runner.host
    unit = find_unit(host)
    if unit and runner.machine_is_disposable and not settings.name and not _refused(settings, "service"):
        version = service_version(host, unit)
        if version and version.fits(wanted):
            return Choice("service", f"the runner's service is {version}")
    if program := find_server_program(host, settings):
        return Choice("private", f"{program.path} is {program.version}")
    present = (
        f"service {unit.name}: {service_version(host, unit) or 'unknown version'}" if unit else "no service",
        *(f"{found.path}: {found.version}" for found in server_programs(host)),
    )
    if engine := find_engine(host):
        return Choice("docker", f"no server program is {wanted}, but {engine} was found", present)
    raise UnavailableError(
        f"this machine has no server that is {wanted}",
        why=f"mysql-version came from {settings.source('mysql-version')}",
        details=(*present, *engine_states(host)),
        todo=f"install it, start Docker or Podman (the image is {wanted.image}), or change mysql-version",
    )


def _require_one_image(settings: Settings) -> None:
    if settings.mysql_version and settings.given("mysql-image"):
        raise UsageError(
            "mysql-version and mysql-image both choose the server",
            why=f"mysql-version came from {settings.source('mysql-version')},"
            f" mysql-image from {settings.source('mysql-image')}",
            todo="remove one of the two",
        )


def _answering(settings: Settings, runner: Runner) -> Choice | None:
    """The server that already answers at the address of the settings, such as a service container."""
    host = runner.host
    login = _external_login(settings, runner)
    answer = login and look_at(login.host, login.port, patient=not login.loopback)
    if not (login and answer) or _started_by_ci_kit(settings, host, login) or _is_service(host, login):
        return None
    if answer.version and not answer.version.fits(settings.mysql_version):
        return None
    address = f"{login.host}:{login.port}"
    if refused := _refused(settings, "external"):
        # The service may not start either, because that server may have its port.
        return _own_server(settings, host, f"the server that answers at {address} cannot apply {refused}")
    return Choice("external", f"a server answers at {address}, from {settings.source('mysql-host')}")


def _refused(settings: Settings, kind: ServerKind) -> str:
    """The first setting that the tests depend on and that a kind of server cannot apply; empty if none."""
    return next((option.name for option in settings.ignored_by(kind) if option.must_apply), "")


def _external_login(settings: Settings, runner: Runner) -> Endpoint | None:
    """The login at which a server may be used that nobody has asked for; None if there is none.

    That is so only on a runner. A server of a laptop may be the developer's own, also with act.
    """
    if not settings.mysql_host or not runner.present:
        return None
    try:
        login = external_login(settings, runner.host)
    except UsageError:
        # MYSQL_PORT is not a number, which matters only to an external server.
        return None
    return None if login.loopback and not runner.real else login


def _is_service(host: Host, login: Endpoint) -> bool:
    """Whether the server at an address is the machine's own service."""
    unit = find_unit(host) if login.loopback else None
    return bool(unit and unit.state(host) == "up" and read_service_options(host).port == login.port)


def _started_by_ci_kit(settings: Settings, host: Host, login: Endpoint) -> bool:
    """Whether the address is one that ci-kit itself has exported in an earlier step, for a server it kept.

    A run starts a server of its own, whether the earlier step was for this project or for another.
    """
    urls = {host.environ.get(name) for name in names_of("url", settings.login_variables)}
    return any(
        (record.host, record.port) == (login.host, login.port)
        and (record.project == str(settings.root) or not urls.isdisjoint(_urls(record)))
        for record in store.records(host)
        if record.kind != "external"
    )


def _urls(record: Record) -> set[str]:
    kept = [one for one in variables(record.variables) if one.field == "url"]
    return set(Access(record.login, None).environment(record.database, kept).values())
