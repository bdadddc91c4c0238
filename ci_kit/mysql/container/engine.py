"""The command line of Docker or Podman: which engine answers, and the commands for one container."""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.host.commands import Command, Completed
from ci_kit.host.machine import Host

# Podman accepts Docker's command line for everything here.
ENGINES = ("docker", "podman")
_SHOWN_LINES = 6
# Like a shell, engines add 128 to the number of the signal.
_BY_SIGKILL = "137"


class ImageError(UnavailableError):
    """An image that the engine does not have and cannot pull."""


@dataclass(frozen=True)
class Container:
    """The name of a container and its engine. The container may not exist."""

    engine: str
    name: str

    def __str__(self) -> str:
        return f"{self.engine} {self.name}"

    @classmethod
    def parse(cls, text: str) -> Container:
        """The container of a text that ``str`` gave."""
        engine, _, name = text.partition(" ")
        return cls(engine, name)

    def command(self, verb: str, *flags: str) -> list[str]:
        return [self.engine, verb, *flags, self.name]


def find_engine(host: Host) -> str:
    """The first engine that answers on this machine; empty if none does."""
    return next((engine for engine in ENGINES if not _no_answer(host, engine)), "")


def engine_states(host: Host) -> list[str]:
    """A line about each engine."""
    return [f"{engine}: {_no_answer(host, engine) or 'it answers'}" for engine in ENGINES]


def require_engine(host: Host) -> str:
    """The first engine that answers, with a line about those that do not.

    Raises UnavailableError with the reason of each engine. A dry run goes on without an engine.
    """
    skipped: list[str] = []
    for engine in ENGINES:
        reason = _no_answer(host, engine)
        if not reason:
            if skipped:
                host.console.step("mysql", f"using {engine}; {'; '.join(skipped)}")
            return engine
        skipped.append(f"{engine}: {reason}")
    if host.dry:
        return ENGINES[0]
    raise UnavailableError(
        "no container engine answers on this machine",
        why="; ".join(skipped),
        todo="start Docker (systemctl start docker, or Docker Desktop) or install one:"
        " apt-get install podman, brew install --cask docker; or remove the setting mysql",
    )


def _no_answer(host: Host, engine: str) -> str:
    """Why an engine cannot be used; empty if it answers. Its version alone would prove only the client."""
    if not host.which(engine):
        return "the program is not on the PATH"
    answer = host.ask([engine, "ps", "--quiet"])
    return "" if answer.ok else " ".join(_last_lines(answer.stderr, 1)) or f"`ps` ended with {answer.code}"


def require_image(host: Host, engine: str, image: str, source: str) -> str:
    """Make sure that the engine has an image, and give the name by which it runs the image.

    Raises ImageError if the image cannot be pulled.
    """
    if host.which(engine) and host.ask([engine, "image", "inspect", image]).ok:
        return image
    name = _qualified(image) if engine == "podman" else image
    command = [engine, "pull", name]
    # The progress of the pull is for a person at a terminal, not for a log.
    done = Completed(host.stream(command)) if host.console.terminal else host.run(command)
    if not done.ok:
        raise ImageError(
            f"cannot pull the image {image}",
            why=f"it came from {source}, and `{' '.join(command)}` ended with {done.code}",
            details=_last_lines(done.stderr),
            todo="choose another image or version, or check the network and the engine's login",
        )
    return name


def _qualified(image: str) -> str:
    """The full name of an image on Docker Hub: Podman may not know where to look for a short one."""
    first, slash, _ = image.partition("/")
    if slash and (first == "localhost" or "." in first or ":" in first):
        return image
    return f"docker.io/{image if slash else f'library/{image}'}"


def run_container(host: Host, command: list[str], *, secrets: dict[str, str], source: str) -> None:
    """Start a container in the background; ``secrets`` are variables that the engine passes on to it.

    An interrupt waits until the engine is done: ci-kit cannot remove a container that does not exist yet.
    ``source`` says where the parts of the command came from. Raises UnavailableError.
    """
    done = host.run(Command(command, env=secrets), uninterrupted=True)
    if not done.ok:
        raise UnavailableError(
            f"{command[0]} did not start the container",
            why=source,
            details=_last_lines(done.stderr),
            todo="fix the cause that the engine reports above, or change mysql-port or docker-args",
        )


def published_port(host: Host, container: Container, port: int, *, address: str) -> int:
    """The port at this machine's ``address`` that leads to a port of a container.

    Raises UnavailableError if the engine publishes none.
    """
    answer = host.run(
        [*container.command("port"), f"{port}/tcp"], assumed=Completed(stdout=f"{address}:{port}")
    )
    for line in answer.stdout.splitlines():
        where, _, number = line.strip().rpartition(":")
        if where == address and number.isdigit():
            return int(number)
    raise UnavailableError(
        f"{container.engine} publishes no port of the container on {address}",
        details=_last_lines(answer.stderr),
        todo="remove docker-args that change the network of the container",
    )


@dataclass(frozen=True)
class ContainerEnd:
    """Why a container no longer runs. ``killed`` means an end by SIGKILL."""

    why: str
    killed: bool = False


def how_it_ended(host: Host, container: Container) -> ContainerEnd | None:
    """How a container ended; None while it runs."""
    look = "{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}"
    answer = host.ask(container.command("inspect", "--type=container", f"--format={look}"))
    if not answer.ok and not answer.stderr.strip():
        # The engine does not say why, so the container may well run.
        return None
    if not answer.ok:
        absent = _is_absent(answer.stderr)
        return ContainerEnd("it no longer exists" if absent else " ".join(_last_lines(answer.stderr, 1)))
    status, code, out_of_memory = answer.stdout.split()
    if status == "running":
        return None
    memory = ", out of memory" if out_of_memory == "true" else ""
    return ContainerEnd(f"it ended with {code}{memory}", killed=code == _BY_SIGKILL)


def container_log(host: Host, container: Container) -> str:
    """The output of the processes in a container."""
    answer = host.ask(container.command("logs"))
    return answer.stdout + answer.stderr if answer.ok else ""


def remove_container(host: Host, container: Container) -> None:
    """Kill and remove a container with its own volumes; fine if it does not exist.

    Raises UnavailableError if the engine fails.
    """
    done = host.run(container.command("rm", "--force", "--volumes"))
    if not done.ok and not _is_absent(done.stderr):
        raise UnavailableError(
            f"{container.engine} did not remove the container {container.name}",
            why=f"`{' '.join(container.command('rm', '--force', '--volumes'))}` ended with {done.code}",
            details=_last_lines(done.stderr),
            todo="start the engine; the next run or `ci-kit mysql down` tries again",
        )


def _is_absent(message: str) -> bool:
    return "no such container" in message.lower()


def _last_lines(text: str, number: int = _SHOWN_LINES) -> tuple[str, ...]:
    # Docker ends an error with a hint at its --help.
    lines = [line for line in text.splitlines() if line.strip() and "--help" not in line]
    return tuple(lines[-number:])
