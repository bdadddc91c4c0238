"""``ci-kit mysql``: a server that outlives the command that started it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from ci_kit.cli.call import Call, JobCommand, common_options, with_call
from ci_kit.cli.command_line import CommandGroup
from ci_kit.cli.flags import SettingsCommand, settings_flags
from ci_kit.errors import UsageError
from ci_kit.settings.options import OPTIONS

# `mysql up` runs no tests, and always leaves its server running.
_UP_OPTIONS = [
    option for option in OPTIONS if option.group not in ("Tests", "Reports") and option.name != "keep-mysql"
]

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON to standard output.")


@click.group(cls=CommandGroup)
@common_options
def mysql() -> None:
    """Start and stop a server for tests."""


@mysql.command(cls=SettingsCommand)
@with_call
@settings_flags(_UP_OPTIONS)
def up(call: Call) -> None:
    """Start a server that keeps running; on a runner, set its variables for later steps."""
    from ci_kit.mysql.commands import up

    up(call.settings(), call.runner)


@mysql.command(cls=JobCommand)
@with_call
@click.option("--all", "every", is_flag=True, help="Stop the servers of all your projects on this machine.")
def down(call: Call, every: bool) -> None:
    """Stop the project's server and remove what belongs to it."""
    from ci_kit.mysql.commands import down

    # The folder of a project, with its settings, may be gone.
    down(call.runner, None if every else call.settings().root)


@mysql.command()
@with_call
@_as_json
def status(call: Call, as_json: bool) -> None:
    """Show the project's server."""
    from ci_kit.mysql.commands import status

    found = status(call.settings(), call.runner)
    if as_json:
        click.echo(json.dumps(found))
        return
    servers = found.pop("servers", {})
    lines = [*_lines(found)]
    for name, facts in servers.items():
        lines += ["", f"[{name}]", *_lines(facts)]
    click.echo("\n".join(lines))


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    for name, value in facts.items():
        if name == "replicas":
            for replica in value:
                lag = "not replicating" if replica["lag"] is None else f"lag {replica['lag']} s"
                yield f"{'replica':<9} {replica['host']}:{replica['port']}, {lag}"
        elif value:
            yield f"{name:<9} {value}"


@mysql.command()
@with_call
@_as_json
def env(call: Call, as_json: bool) -> None:
    """Print the variables of the project's server for `eval` in a shell. They contain the password."""
    import shlex

    from ci_kit.mysql.kept import environment

    variables = environment(call.settings(), call.runner)
    if as_json:
        click.echo(json.dumps(variables))
    else:
        click.echo("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()))


@mysql.command(name="exec", context_settings={"allow_interspersed_args": False})
@with_call
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="PROGRAM [ARGS]")
def exec_(call: Call, words: tuple[str, ...]) -> None:
    """Run a program with the variables of the project's server.

    For example: ci-kit mysql exec uvicorn app.main:app
    """
    from ci_kit.mysql.kept_programs import exec_program

    settings = call.settings()
    if not words:
        raise UsageError("mysql exec needs a program", todo="type, for example: ci-kit mysql exec pytest")
    exec_program(settings, call.runner, words)


@mysql.command(context_settings={"allow_interspersed_args": False})
@with_call
@click.option("--server", "name", default="", metavar="NAME", help="A server of [tool.ci-kit.servers.NAME].")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- CLIENT_ARGS]")
def shell(call: Call, name: str, words: tuple[str, ...]) -> None:
    """Open the client program (mysql or mariadb) in the database of the project's server.

    The words after -- are arguments for the client, for example: -- -e "SHOW TABLES"
    """
    from ci_kit.mysql.kept_programs import open_shell

    open_shell(call.settings(), call.runner, name, words)


@mysql.command()
@with_call
def install(call: Call) -> None:
    """Install a server program by apt or Homebrew if the machine does not have one."""
    from ci_kit.mysql.install import install

    install(call.host, call.settings())
