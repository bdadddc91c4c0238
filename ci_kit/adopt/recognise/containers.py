"""A server in a container: ``docker run mysql``."""

from __future__ import annotations

from ci_kit.adopt.recognise.argv import Argv, argv_of
from ci_kit.adopt.recognise.effects import Container, Unknown
from ci_kit.adopt.recognise.images import is_server_image, version_of_image
from ci_kit.adopt.script.commands import Pipeline, Simple
from ci_kit.adopt.values import Scope

_HEALTH = frozenset(
    f"--health-{name}" for name in ("cmd", "interval", "timeout", "retries", "start-period", "start-interval")
)
_ALLOWED = _HEALTH | {"--name", "--restart", "--tmpfs", "--pull"}
_SWITCHES = frozenset({"-d", "--detach", "--rm", "-it", "-i", "-t", "-dit", "-itd"})
_WITH_VALUE = _ALLOWED | {"-e", "--env", "-p", "--publish", "--network", "-v", "--volume", "--platform"}
_COMMANDS = frozenset({"docker", "podman"})


def recognise_container(pipeline: Pipeline, scope: Scope) -> Container | Unknown | None:
    """``docker run`` of an official image of MySQL or MariaDB."""
    command = pipeline.only
    if not isinstance(command, Simple):
        return None
    argv = argv_of(command, scope)
    if argv.program not in _COMMANDS or not argv.known:
        return None
    if argv.known[0] == "compose":
        return Unknown("docker compose starts what compose.yml describes", is_server=True)
    if argv.known[0] != "run" or not any(is_server_image(word) for word in argv.known):
        return None
    return _read(argv)


def _read(argv: Argv) -> Container | Unknown:
    if None in argv.words:
        return Unknown("a word of docker run has no value that ci-kit can see", is_server=True)
    environment: dict[str, str] = {}
    port = ""
    words = list(argv.known[1:])
    while words and words[0].startswith("-"):
        name, equals, value = words.pop(0).partition("=")
        if name in _WITH_VALUE and not equals:
            value = words.pop(0) if words else ""
        if name in {"-e", "--env"}:
            key, _, text = value.partition("=")
            environment[key] = text
        elif name in {"-p", "--publish"}:
            port = host_port(value)
            if not port:
                return Unknown(f"the port {value} is not understood", is_server=True)
        elif name not in _ALLOWED | _SWITCHES:
            return Unknown(f"the option {name} of docker run has no input", is_server=True)
    image, *arguments = words or [""]
    version = version_of_image(image)
    if not version:
        return Unknown(f"the image {image} is not an official one", is_server=True)
    if arguments:
        return Unknown("the server in the container gets arguments", is_server=True)
    return Container(version, environment, port)


def host_port(mapping: str) -> str:
    """The port on the machine of a mapping such as ``127.0.0.1:3307:3306``; empty if it is none."""
    *_, host, inside = ["", *mapping.removesuffix("/tcp").split(":")]
    return host if inside == "3306" and host.isdecimal() else ""
