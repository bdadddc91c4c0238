"""The workers of a run: how many there are, and the variables that lead each to its own servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.host.resources import free_memory, usable_cores
from ci_kit.mysql.opening import RunningServer, StartingServer, placeholder_values, test_environment
from ci_kit.mysql.workers.own_databases import OwnDatabases
from ci_kit.mysql.workers.own_servers import OwnServers
from ci_kit.report.run_report import WorkersUsed
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.worker_count import choose_count, size
from ci_kit.testing.worker_desk import ForWorker, open_desk


class Workers:
    """The workers of a run. With one, pytest runs the tests in its own process.

    pytest's main process imports the conftest.py files too. It uses the servers of the run.
    """

    def __init__(self, settings: Settings, runner: Runner) -> None:
        self._settings = settings
        self._runner = runner
        self._resources: OwnServers | OwnDatabases | None = None
        self.count = settings.workers or 1

    @property
    def names(self) -> list[str]:
        """The names that pytest-xdist gives its workers."""
        return [f"gw{number}" for number in range(self.count)]

    @property
    def used(self) -> WorkersUsed:
        """What the report says about the workers."""
        own = len(self._settings.all_servers) if self._settings.server_per_worker else 0
        return WorkersUsed(self.count, own * self.count if self.count > 1 else 0)

    def begin(self, starting: Sequence[StartingServer], cleanup: ExitStack) -> None:
        """Begin to start the servers of the workers, if that need not wait for the servers of the run."""
        settings = self._settings
        if settings.server_per_worker and settings.workers and not _filled(settings):
            self._start(starting, cleanup)

    def prepare(
        self, starting: Sequence[StartingServer], running: Sequence[RunningServer], cleanup: ExitStack
    ) -> None:
        """Choose the number of workers, and wait until their servers or databases are ready.

        ``running`` are the servers of the run. Raises CiKitError.
        """
        settings, console = self._settings, self._runner.host.console
        if settings.workers is None:
            memory = sum(one.memory() for one in starting) if settings.server_per_worker else 0
            chosen = choose_count(usable_cores(), free_memory(), memory)
            self.count = chosen.number
            console.step("workers", f"{chosen.number}: {chosen.why}")
        if self.count == 1:
            return
        if settings.one_server:
            self._resources = OwnDatabases(self._runner.host, running, cleanup)
        elif self._resources is None:
            self._start(starting, cleanup)
        with console.progress("workers", f"preparing {self.count} workers") as progress:
            ports = [self._ports(name) for name in self.names]
            if settings.server_per_worker and settings.all_servers:
                each = size(sum(one.memory() for one in starting))
                own = f"each with a server of its own at port {', '.join(ports)}"
                progress.done(f"{self.count}, {own}; one takes {each} of memory")
            else:
                own = ", each with a database of its own" if settings.all_servers else ""
                progress.done(f"{self.count}{own}")

    @contextmanager
    def served(self, run_folder: Path, commands: Sequence[TestCommand]) -> Iterator[None]:
        """Give the workers their variables and arguments until the context ends. Raises UnavailableError.

        The placeholders of ``commands`` are not filled in.
        """
        resources = self._resources
        if resources is None:
            yield
            return

        def give(worker: str) -> ForWorker:
            servers = resources.of(worker)
            values = placeholder_values(servers)
            arguments = {
                number: command.filled(values).arguments
                for number, command in enumerate(commands, start=1)
                if command.kind == "pytest"
            }
            return ForWorker(test_environment(self._settings, servers), arguments)

        host = self._runner.host
        with open_desk(host, run_folder, self.names, give, resources.end) as desk:
            yield
        for problem in desk.problems:
            host.console.error(problem.lines())

    def lost(self) -> list[UnavailableError]:
        """Why servers of workers can no longer be used."""
        return self._resources.lost() if self._resources else []

    def _start(self, starting: Sequence[StartingServer], cleanup: ExitStack) -> None:
        self._resources = resources = OwnServers(starting, cleanup)
        for name in self.names:
            resources.start(name)

    def _ports(self, worker: str) -> str:
        servers = self._resources.of(worker) if self._resources else ()
        return "+".join(str(server.access.login.port) for server in servers)


def _filled(settings: Settings) -> bool:
    """Whether init SQL fills a server: its data are then copied for the others."""
    return any(one.init_sql for one in settings.all_servers)
