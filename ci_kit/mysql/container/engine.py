"""Docker's or Podman's command line: which of them answers, and what is asked of one container."""

from __future__ import annotations

from dataclasses import dataclass

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Completed, Host
from ci_kit.mysql.config.error_log import KILLED

# Podman takes Docker's command line for all that is done here.
_ENGINES = ("docker", "podman")
_TELLING_LINES = 6
# As a shell does, engines add 128 to the signal's number.
_BY_SIGKILL = "137"


@dataclass(frozen=True)
class Container:
    """A container by its engine and its name; whether there is one is for the engine to say."""

    engine: str
    name: str

    def __str__(self) -> str:
        return f"{self.engine} {self.name}"

    @classmethod
    def parse(cls, text: str) -> Container:
        """The container that ``str`` was taken of."""
        engine, _, name = text.partition(" ")
        return cls(engine, name)

    def command(self, verb: str, *flags: str) -> list[str]:
        return [self.engine, verb, *flags, self.name]


def find_engine(host: Host) -> str:
    """The engine's program that answers on this machine; empty if there is none."""
    return next((engine for engine in _ENGINES if not _silence(host, engine)), "")


def require_engine(host: Host) -> str:
    """The same, and a line about those that are passed over; a dry run goes on without one.

    Raises UnavailableError, which says why of each.
    """
    passed_over: list[str] = []
    for engine in _ENGINES:
        silence = _silence(host, engine)
        if not silence:
            if passed_over:
                host.console.step("mysql", f"{engine} is taken; {'; '.join(passed_over)}")
            return engine
        passed_over.append(f"{engine}: {silence}")
    if host.dry:
        return _ENGINES[0]
    raise UnavailableError(
        "no container engine answers on this machine",
        why="; ".join(passed_over),
        todo="start Docker (systemctl start docker, or Docker Desktop) or install one:"
        " apt-get install podman, brew install --cask docker; or leave the setting mysql out",
    )


def _silence(host: Host, engine: str) -> str:
    """Why an engine is passed over; empty if it answers. The client alone would tell its version too."""
    if not host.which(engine):
        return "there is no such program on the PATH"
    answer = host.ask([engine, "ps", "--quiet"])
    return "" if answer.ok else " ".join(_last_lines(answer.stderr, 1)) or f"`ps` ended with {answer.code}"


def require_image(host: Host, engine: str, image: str, source: str) -> str:
    """See to it that the engine has an image, and give the name by which it runs it.

    Raises UnavailableError if it can be had from nowhere.
    """
    if host.which(engine) and host.ask([engine, "image", "inspect", image]).ok:
        return image
    name = _qualified(image) if engine == "podman" else image
    command = [engine, "pull", name]
    # A person sees how far it is; what it says of that is nothing for a log.
    done = Completed(host.stream(command)) if host.console.terminal else host.run(command)
    if not done.ok:
        raise UnavailableError(
            f"the image {image} could not be pulled",
            why=f"it came from {source}, and `{' '.join(command)}` ended with {done.code}",
            details=_last_lines(done.stderr),
            todo="set mysql-image to one that can be pulled, or look at the network and the engine's login",
        )
    return name


def _qualified(image: str) -> str:
    """An image of Docker Hub by its full name: Podman need not know where a short one is looked for."""
    first, slash, _ = image.partition("/")
    if slash and (first == "localhost" or "." in first or ":" in first):
        return image
    return f"docker.io/{image if slash else f'library/{image}'}"


def run_container(host: Host, command: list[str], *, secrets: dict[str, str], source: str) -> None:
    """Start a container in the background; ``secrets`` are variables that the engine passes on to it.

    An interrupt waits for it: nobody could remove a container that the engine is about to make. Raises
    UnavailableError; ``source`` says where the command's parts came from.
    """
    done = host.run(command, env=secrets, whole=True)
    if not done.ok:
        raise UnavailableError(
            f"{command[0]} did not start the server's container",
            why=source,
            details=_last_lines(done.stderr),
            todo="mend what the engine says above: another mysql-port, other docker-args",
        )


def published_port(host: Host, container: Container, port: int, *, address: str) -> int:
    """The port of this machine's ``address`` by which a container's one is reached.

    Raises UnavailableError if there is none.
    """
    answer = host.run(
        [*container.command("port"), f"{port}/tcp"], assumed=Completed(stdout=f"{address}:{port}")
    )
    for line in answer.stdout.splitlines():
        where, _, number = line.strip().rpartition(":")
        if where == address and number.isdigit():
            return int(number)
    raise UnavailableError(
        f"{container.engine} publishes no port of the server's container on {address}",
        details=_last_lines(answer.stderr),
        todo="leave out docker-args that give the container another network",
    )


def how_it_ended(host: Host, container: Container) -> str:
    """What became of a container, in words; empty if it runs."""
    look = "{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}}"
    answer = host.ask(container.command("inspect", "--type=container", f"--format={look}"))
    if not answer.ok:
        return (
            "it is no longer there" if _is_absent(answer.stderr) else " ".join(_last_lines(answer.stderr, 1))
        )
    status, code, out_of_memory = answer.stdout.split()
    if status == "running":
        return ""
    ended = f"{KILLED}, it ended with {code}" if code == _BY_SIGKILL else f"it ended with {code}"
    return ended + (", out of memory" if out_of_memory == "true" else "")


def container_log(host: Host, container: Container) -> str:
    """All that a container's processes have written."""
    answer = host.ask(container.command("logs"))
    return answer.stdout + answer.stderr if answer.ok else ""


def remove_container(host: Host, container: Container) -> None:
    """Kill and remove a container with the volumes that are its alone; fine if there is none.

    Raises UnavailableError if the engine does not do it.
    """
    done = host.run(container.command("rm", "--force", "--volumes"))
    if not done.ok and not _is_absent(done.stderr):
        raise UnavailableError(
            f"{container.engine} did not remove the container {container.name}",
            why=f"`{' '.join(container.command('rm', '--force', '--volumes'))}` ended with {done.code}",
            details=_last_lines(done.stderr),
            todo="start the engine; the next run or `ci-kit mysql down` tries again",
        )


def _is_absent(said: str) -> bool:
    return "no such container" in said.lower()


def _last_lines(text: str, number: int = _TELLING_LINES) -> tuple[str, ...]:
    # Docker ends an error with where its help is.
    lines = [line for line in text.splitlines() if line.strip() and "--help" not in line]
    return tuple(lines[-number:])
