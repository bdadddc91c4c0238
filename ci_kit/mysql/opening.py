"""The life of a run's server: sweep, start, wait until it is ready, then keep or stop it.

``ci-kit run`` and ``ci-kit mysql up`` both follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.choice import Choice, choose_kind
from ci_kit.mysql.client.server import Access, Booting, Ready
from ci_kit.mysql.container.engine import ImageError
from ci_kit.mysql.kinds import KINDS, check_settings
from ci_kit.mysql.records.cleanup import Cleanup, Lifetime
from ci_kit.settings.settings import Settings


@dataclass(frozen=True)
class StartingServer:
    """The starting server of a run, with its kind and settings."""

    host: Host
    settings: Settings
    choice: Choice
    booting: Booting

    def wait(self) -> RunningServer:
        """Wait until the server is ready for the tests."""
        with self.host.console.progress("mysql", f"starting a {self.choice.kind} server"):
            return RunningServer(self.host, self.settings, self.choice, self.booting.ready())


@dataclass(frozen=True)
class RunningServer:
    """The running server of a run, with its kind and settings. It ends with the run, unless it is kept."""

    host: Host
    settings: Settings
    choice: Choice
    ready: Ready

    @property
    def access(self) -> Access:
        return self.ready.access

    @property
    def lifetime(self) -> Lifetime:
        return KINDS[self.choice.kind].lifetime

    def describe(self) -> str:
        """The server in one line."""
        return self.access.describe(str(self.choice))

    def values(self) -> Mapping[str, str]:
        """The values of placeholders."""
        return self.access.values(self.settings.database)

    def environment(self) -> dict[str, str]:
        """The variables of the tests that lead to it."""
        settings = self.settings
        return self.access.environment(
            settings.database, settings.login_variables, standard=settings.standard_variables
        )

    def lost(self) -> UnavailableError | None:
        """Why the server can no longer be used; None if it can."""
        return self.ready.lost()

    def keep(self) -> None:
        """Let it run on for later commands, in place of a server that was kept before."""
        # Between the two, or between a server and its replicas, an interrupt would leave only a part.
        with self.host.ignore_interrupts():
            server_cleanup(self.host).end_kept(self.settings.root)
            self.ready.keep()


def open_server(settings: Settings, runner: Runner, cleanup: ExitStack) -> StartingServer | None:
    """Begin to start the server of a run; None if the run has no server.

    ``cleanup`` ends it, unless it is kept. Raises CiKitError.
    """
    choice = choose_kind(settings, runner)
    if choice is None:
        return None
    check_settings(settings, choice, runner.host.console)
    server = KINDS[choice.kind].make(settings, runner)
    server_cleanup(runner.host).sweep()
    try:
        booting = server.start(cleanup)
    except ImageError as error:
        error.details += choice.instead
        raise
    return StartingServer(runner.host, settings, choice, booting)


def server_cleanup(host: Host) -> Cleanup:
    """The cleanup of all kinds of server."""
    return Cleanup(host, KINDS)
