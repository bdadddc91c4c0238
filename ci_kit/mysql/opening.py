"""The life of a run's server: sweep, start, wait until it is ready, then keep or stop it.

``ci-kit run`` and ``ci-kit mysql up`` both follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.choice import Choice, choose_kind
from ci_kit.mysql.client.server import Access, Booting, Ready, Repeatable
from ci_kit.mysql.container.engine import ImageError
from ci_kit.mysql.kinds import KINDS, check_settings
from ci_kit.mysql.records.cleanup import Cleanup, Lifetime
from ci_kit.settings.pairs import Pair
from ci_kit.settings.placeholders import fill, placeholder
from ci_kit.settings.settings import Settings
from ci_kit.settings.variables import Variable


class UsableServer(Protocol):
    """A server that answers, with what the tests get from it."""

    @property
    def settings(self) -> Settings: ...

    @property
    def access(self) -> Access: ...

    @property
    def database(self) -> str: ...

    @property
    def login_variables(self) -> tuple[Variable, ...]: ...


def placeholder_values(servers: Iterable[UsableServer]) -> dict[str, str]:
    """The values of the placeholders in a run with these servers."""
    return {
        placeholder(server.settings.name, field): value
        for server in servers
        for field, value in server.access.values(server.database).items()
    }


def login_environment(servers: Iterable[UsableServer]) -> dict[str, str]:
    """The variables that lead the tests to these servers."""
    found: dict[str, str] = {}
    for server in servers:
        prefix = server.settings.standard_prefix
        found |= server.access.environment(server.database, server.login_variables, prefix=prefix)
    return found


def test_environment(settings: Settings, servers: Sequence[UsableServer]) -> dict[str, str]:
    """The variables of tests that use these servers."""
    values = placeholder_values(servers)
    texts = {pair.name: fill(pair.text, values) for pair in settings.env}
    return {"TZ": settings.timezone, **login_environment(servers), **texts}


@dataclass(frozen=True)
class StartingServer:
    """The starting server of a run, with its kind and settings. It ``was_kept`` if it ran before the run."""

    host: Host
    settings: Settings
    choice: Choice
    booting: Booting
    was_kept: bool = False

    def wait(self) -> RunningServer:
        """Wait until the server is ready for the tests."""
        named = f" for {self.settings.name}" if self.settings.name else ""
        with self.host.console.progress("mysql", f"starting a {self.choice.kind} server{named}"):
            return self.ready()

    def ready(self) -> RunningServer:
        """Do the same, and show nothing."""
        with _name_in_errors(self.settings.name):
            ready = self.booting.ready()
        return RunningServer(self.host, self.settings, self.choice, ready, self.was_kept)

    def another(self, cleanup: ExitStack) -> StartingServer:
        """Begin to start a server like this one; see :class:`Repeatable`. ``cleanup`` ends it."""
        with _name_in_errors(self.settings.name):
            return replace(self, booting=self._repeatable.another().start(cleanup))

    def memory(self) -> int:
        """The memory that it takes now, in bytes."""
        return self._repeatable.memory()

    @property
    def _repeatable(self) -> Repeatable:
        if not isinstance(self.booting, Repeatable):
            raise TypeError(f"a run cannot have several servers of the kind {self.choice.kind}")
        return self.booting


@dataclass(frozen=True)
class RunningServer:
    """The running server of a run, with its kind and settings. It ends with the run, unless it is kept.

    It ``was_kept`` if it ran before the run.
    """

    host: Host
    settings: Settings
    choice: Choice
    ready: Ready
    was_kept: bool = False

    @property
    def access(self) -> Access:
        return self.ready.access

    @property
    def lifetime(self) -> Lifetime:
        # A server that was there before the run outlives it, whatever its kind is.
        return "elsewhere" if self.was_kept else KINDS[self.choice.kind].lifetime

    def describe(self) -> str:
        """The server in one line."""
        named = f"{self.settings.name}: " if self.settings.name else ""
        return named + self.access.describe(str(self.choice))

    @property
    def database(self) -> str:
        return self.settings.database

    @property
    def login_variables(self) -> tuple[Variable, ...]:
        return self.settings.login_variables

    @property
    def env(self) -> tuple[Pair, ...]:
        return self.settings.env

    def lost(self) -> UnavailableError | None:
        """Why the server can no longer be used; None if it can."""
        return self.ready.lost()

    def keep(self) -> None:
        """Let it run on for later commands, in place of a server that was kept before."""
        # Between the two, or between a server and its replicas, an interrupt would leave only a part.
        with self.host.ignore_interrupts():
            server_cleanup(self.host).end_kept(self.settings.root, self.settings.name)
            self.ready.keep()


def open_server(settings: Settings, runner: Runner, cleanup: ExitStack) -> StartingServer:
    """Begin to start a server of a run.

    ``cleanup`` ends it, unless it is kept. Raises CiKitError.
    """
    with _name_in_errors(settings.name):
        choice = choose_kind(settings, runner)
        check_settings(settings, choice, runner.host.console)
        server = KINDS[choice.kind].make(settings, runner)
        server_cleanup(runner.host).sweep()
        try:
            booting = server.start(cleanup)
        except ImageError as error:
            error.details += choice.instead
            raise
    return StartingServer(runner.host, settings, choice, booting)


@contextmanager
def _name_in_errors(name: str) -> Iterator[None]:
    """Begin an error about a server with its name, if it has one."""
    try:
        yield
    except CiKitError as problem:
        if name:
            problem.what = f"server {name}: {problem.what}"
        raise


def server_cleanup(host: Host) -> Cleanup:
    """The cleanup of all kinds of server."""
    return Cleanup(host, KINDS)
