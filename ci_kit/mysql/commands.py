"""``ci-kit mysql up``, ``down`` and ``status``: a server that outlives the command that started it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ci_kit.errors import UnavailableError
from ci_kit.github import Runner
from ci_kit.mysql.kept import KeptServer, running_server, server_environment
from ci_kit.mysql.opening import StartingServer, open_server, server_cleanup
from ci_kit.mysql.private.replicas import lag
from ci_kit.mysql.records.cleanup import Cleanup
from ci_kit.mysql.records.record import Record
from ci_kit.mysql.reuse import named, reuse
from ci_kit.settings.settings import Settings
from ci_kit.timezone import set_timezone


def up(settings: Settings, runner: Runner) -> None:
    """Start the project's servers and leave them running; one that is already up only gets the databases.

    If one of them cannot start, those that this command has started end.
    """
    set_timezone(settings, runner)
    # One command at a time: the second of two finds the server of the first.
    host = runner.host
    with host.locked(host.cache_root() / "up.lock"), ExitStack() as cleanup:
        there: list[KeptServer] = []
        starting: list[StartingServer] = []
        # It serves no run of pytest yet, so the number of workers does not decide about its kind.
        settings = settings.with_one_worker()
        for server in settings.all_servers or (settings,):
            if found := running_server(server, runner):
                there.append(reuse(server, runner, found))
            else:
                starting.append(open_server(server, runner, cleanup))
        started = [one.wait() for one in starting]
        with host.ignore_interrupts():
            for one in started:
                one.keep()
    for one in started:
        host.console.step("mysql", one.describe())
    runner.export(server_environment(settings, [*there, *started]))


def down(runner: Runner, root: Path | None) -> None:
    """End the servers that were kept for the project in ``root``, or for all projects, if there are any.

    Raises UnavailableError for the first that cannot be ended, after all others.
    """
    host = runner.host
    cleanup = server_cleanup(host)
    ended = cleanup.kept(root)
    failed: list[UnavailableError] = []
    # Replicas first: without its source, a replica would only log errors.
    for record in reversed(ended):
        try:
            state = _end(cleanup, record)
        except UnavailableError as error:
            failed.append(error)
            continue
        owner = "" if root else f" of {record.project}"
        host.console.step(
            "mysql", f"{named(record)}{record.version} at {record.host}:{record.port}{owner} {state}"
        )
    if not ended:
        host.console.step("mysql", f"no server is up{' for this project' if root else ''}")
    cleanup.sweep()
    for problem in failed[1:]:
        host.console.error(problem.lines())
    if failed:
        raise failed[0]


def _end(cleanup: Cleanup, record: Record) -> str:
    """End a server; gives its state after that."""
    cleanup.end(record)
    if not cleanup.is_ours(record):
        return "is forgotten; ci-kit does not end an external server"
    return "stays up, as it was before" if cleanup.is_up(record) else "is gone"


def status(settings: Settings, runner: Runner) -> dict[str, Any]:
    """The facts about the project's server; for each replica also its lag, in seconds.

    ``servers`` has those about the servers with a name, if there are any.
    """
    others = {server.name: _facts(server, runner) for server in settings.servers}
    return _facts(settings, runner) | ({"servers": others} if others else {})


def _facts(settings: Settings, runner: Runner) -> dict[str, Any]:
    found = running_server(settings, runner)
    if not found:
        return {"server": "none"}
    record = found.record
    facts = {
        "server": record.version,
        "kind": record.kind,
        "host": record.host,
        "port": record.port,
        "user": record.user,
        "database": record.database,
        "place": record.place,
    }
    if found.replicas:
        facts["replicas"] = [
            {"host": one.host, "port": one.port, "lag": lag(runner.host, one.root)} for one in found.replicas
        ]
    return facts
