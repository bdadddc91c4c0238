"""``ci-kit mysql exec`` and ``shell``: a program that uses the servers that stay up."""

from __future__ import annotations

from collections.abc import Sequence

from ci_kit.errors import UnavailableError, UsageError
from ci_kit.github import Runner
from ci_kit.host.commands import Command
from ci_kit.mysql.client.program import ClientProgram, client_environment, client_program
from ci_kit.mysql.container.client import terminal_client
from ci_kit.mysql.kept import KeptServer, environment, require_server
from ci_kit.settings.names import did_you_mean
from ci_kit.settings.settings import Settings


def exec_program(settings: Settings, runner: Runner, words: Sequence[str]) -> None:
    """Replace this process by a program that gets the variables of the project's servers.

    ``words`` are the program and its arguments. Raises UnavailableError if a server is not up, or if the
    program cannot be started.
    """
    variables = environment(settings, runner)
    # The password is among the values.
    runner.host.exec(Command(words, unshown=variables))


def open_shell(settings: Settings, runner: Runner, name: str, words: Sequence[str]) -> None:
    """Replace this process by a client program that is logged in at a server, in its database.

    ``name`` is the name of the server, empty for the first one. ``words`` are more arguments for the client.
    Raises UsageError for an unknown name, and UnavailableError without a server or a client program.
    """
    server = require_server(_named(settings, name), runner)
    client = _client(runner, server)
    if not client:
        raise UnavailableError(
            "this machine has no client program",
            why="neither mysql nor mariadb is on the PATH",
            todo="install one: apt-get install default-mysql-client, or brew install mysql-client",
        )
    login = server.record.login
    argv = [
        *client.command,
        "--no-defaults",
        *client.address,
        f"--user={login.user}",
        "--default-character-set=utf8mb4",
        *words,
        server.database,
    ]
    runner.host.exec(Command(argv, unshown=client_environment(login.password)))


def _named(settings: Settings, name: str) -> Settings:
    if not name:
        return settings
    servers = {server.name: server for server in settings.servers}
    if name not in servers:
        known = f"the servers with a name are: {', '.join(servers)}" if servers else "no server has a name"
        raise UsageError(
            f"there is no server {name}",
            why=f"{known}; [tool.ci-kit.servers.NAME] of pyproject.toml adds one",
            todo=did_you_mean(name, servers) or "leave out --server for the first server",
        )
    return servers[name]


def _client(runner: Runner, server: KeptServer) -> ClientProgram | None:
    """A client program of this machine, or the one in the server's container."""
    record = server.record
    if client := client_program(runner.host, record.login):
        return client
    return terminal_client(record.place) if record.kind == "docker" else None
