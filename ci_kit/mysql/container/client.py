"""The client program in the image of a container, for a machine that has none."""

from __future__ import annotations

from ci_kit.host.processes import at_terminal
from ci_kit.mysql.client.endpoint import LOOPBACK
from ci_kit.mysql.client.program import ClientProgram
from ci_kit.mysql.container.engine import Container

PORT = 3306
"""The port of the server inside its container."""

_SCRIPT = 'exec "$(command -v mysql || command -v mariadb)" "$@"'


def image_client(container: Container, *flags: str) -> ClientProgram:
    """The client program in the image of a running container. ``flags`` are for the engine's ``exec``."""
    engine = container.command("exec", "--interactive", *flags, "--env=MYSQL_PWD")
    address = ("--protocol=TCP", f"--host={LOOPBACK}", f"--port={PORT}")
    return ClientProgram((*engine, "sh", "-c", _SCRIPT, "sh"), address)


def terminal_client(place: str) -> ClientProgram:
    """The same program for a person at a terminal. ``place`` comes from the record of the container."""
    return image_client(Container.parse(place), *(("--tty",) if at_terminal() else ()))
