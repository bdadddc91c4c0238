"""The servers that an earlier command left running: where they are, and what other programs need for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.mysql.client.server import Access
from ci_kit.mysql.opening import RunningServer, login_environment, placeholder_values, server_cleanup
from ci_kit.mysql.records.record import Record
from ci_kit.settings.pairs import Pair
from ci_kit.settings.placeholders import can_fill, fill
from ci_kit.settings.settings import Settings
from ci_kit.settings.variables import Variable, environment_texts, merge, names_of, variables


@dataclass(frozen=True)
class KeptServer:
    """A server that an earlier command left running: its record, and those of its replicas."""

    settings: Settings
    record: Record
    replicas: tuple[Record, ...]

    @property
    def access(self) -> Access:
        return Access(self.record.login, None, tuple(one.login for one in self.replicas))

    @property
    def database(self) -> str:
        return self.record.database

    @property
    def login_variables(self) -> tuple[Variable, ...]:
        """The variables of its start, and those of the settings now."""
        return merge(variables(self.record.variables), self.settings.login_variables)

    @property
    def env(self) -> tuple[Pair, ...]:
        """The setting ``env`` of its start, and that of now."""
        both = (*environment_texts(self.record.env), *self.settings.env)
        return tuple({pair.name: pair for pair in both}.values())


def running_server(settings: Settings, runner: Runner) -> KeptServer | None:
    """The project's running server; removes what is left of a dead one.

    The record of an external server stays: the server may be unreachable only for now.
    """
    cleanup = server_cleanup(runner.host)
    found = cleanup.kept(settings.root, settings.name)
    for record in found:
        runner.host.redactor.name_variables(names_of("password", variables(record.variables)))
        runner.hide(record.password)
    # Replicas are useless without their source.
    if found and found[0].replica == 0 and cleanup.is_up(found[0]):
        return KeptServer(settings, found[0], tuple(found[1:]))
    for record in found:
        if cleanup.is_ours(record):
            cleanup.end(record)
    return None


def require_server(settings: Settings, runner: Runner) -> KeptServer:
    """The project's running server. Raises UnavailableError if it is not up."""
    found = running_server(settings, runner)
    if not found:
        missing = f"the server {settings.name} is not up" if settings.name else "no server is up"
        raise UnavailableError(f"{missing} for this project", todo="start one: `ci-kit mysql up`")
    return found


def environment(settings: Settings, runner: Runner) -> dict[str, str]:
    """The variables of the project's servers. Raises UnavailableError if one is not up."""
    servers = [require_server(server, runner) for server in settings.all_servers or (settings,)]
    return server_environment(settings, servers)


def server_environment(settings: Settings, servers: Sequence[KeptServer | RunningServer]) -> dict[str, str]:
    """The variables that lead other programs to these servers, and the time zone of the servers."""
    zones = [one.record.timezone for one in servers if isinstance(one, KeptServer)]
    values = placeholder_values(servers)
    pairs = [pair for one in servers for pair in one.env]
    return {
        "TZ": next(iter(zones), settings.timezone),
        **login_environment(servers),
        # A text of the start may need a server that the settings no longer have.
        **{pair.name: fill(pair.text, values) for pair in pairs if can_fill(pair.text, values)},
    }
