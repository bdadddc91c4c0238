"""Whether the settings and the commands of a run fit several workers."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from ci_kit.errors import UsageError
from ci_kit.settings.placeholders import names_in, placeholder
from ci_kit.settings.problems import raise_problems
from ci_kit.settings.settings import Settings
from ci_kit.settings.variables import Field
from ci_kit.testing.commands import TestCommand
from ci_kit.testing.connection_files import ConnectionFile

_OWN_SERVER: tuple[Field, ...] = (
    *("port", "socket", "url", "replica-port", "replica-url"),
    *("tls-ca", "tls-cert", "tls-key"),
)
_OWN_DATABASE: tuple[Field, ...] = ("database", "url", "replica-url")
_NUMBER_OF_WORKERS = re.compile(r"-n\w*|--numprocesses(=.*)?|--tx(=.*)?")
_DEBUGGERS = frozenset({"--pdb", "--trace"})


def starts_debugger(commands: Sequence[TestCommand]) -> str:
    """The first argument of pytest that needs a terminal, and so the tests in one process; empty if none."""
    return next((word for word in _pytest_words(commands) if word in _DEBUGGERS), "")


def require_fit(settings: Settings, commands: Sequence[TestCommand], files: Sequence[ConnectionFile]) -> None:
    """Raise one UsageError for everything that several workers cannot have."""
    if settings.parallel:
        raise_problems([*_unfit_commands(settings, commands), *_fixed(settings), *_shared(settings, files)])


def _pytest_words(commands: Sequence[TestCommand]) -> Iterator[str]:
    for command in commands:
        if command.kind == "pytest":
            yield from command.arguments


def _unfit_commands(settings: Settings, commands: Sequence[TestCommand]) -> Iterator[UsageError]:
    source = f"workers came from {settings.source('workers')}"
    if not any(command.kind == "pytest" for command in commands):
        yield UsageError(
            "workers: only pytest has a use for this",
            why=f"{source}, and test-command from {settings.source('test-command')}",
            todo="remove it, or add a command that begins with pytest or python -m pytest",
        )
    if given := next((word for word in _pytest_words(commands) if _NUMBER_OF_WORKERS.fullmatch(word)), ""):
        yield UsageError(
            f"workers and pytest's argument {shlex.quote(given)} both set the number of workers",
            why=source,
            todo="remove one of the two; with the argument alone, all workers share one server and database",
        )


def _fixed(settings: Settings) -> Iterator[UsageError]:
    """The addresses that only one server can have."""
    if not settings.server_per_worker:
        return
    for server in settings.all_servers:
        for name, value in (("mysql-port", server.mysql_port), ("mysql-socket", server.mysql_socket)):
            if value:
                yield UsageError(
                    f"{name} is one address, and each worker has a server of its own",
                    why=f"{name} came from {server.source(name)}, workers from {settings.source('workers')}",
                    todo=f"remove {name}, and let the tests read the variables of ci-kit; or set one-server",
                )


def _shared(settings: Settings, files: Sequence[ConnectionFile]) -> Iterator[UsageError]:
    """The files that all workers share, with placeholders whose value differs."""
    fields = _OWN_DATABASE if settings.one_server else _OWN_SERVER
    differing = {placeholder(server.name, field) for server in settings.all_servers for field in fields}
    for file in files:
        if names := sorted(names_in([file.template]) & differing):
            yield UsageError(
                f"the file {file.path.name}: {{{names[0]}}} differs from worker to worker",
                why=f"all workers read the same file; workers came from {settings.source('workers')}",
                todo="let the tests read a variable of the setting env instead, or remove workers",
            )
