"""The machine's MySQL or MariaDB service, and the service manager that starts and stops it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host
from ci_kit.host.processes import Process
from ci_kit.mysql.service.option_files import read_service_options

Action: TypeAlias = Literal["start", "stop"]
State: TypeAlias = Literal["up", "down", "starting", "stopping"]

_NAMES = ("mysql", "mysqld", "mariadb")
# The sign of a running systemd, by sd_booted(3). Containers often have only its programs.
_SYSTEMD_RUNS = Path("/run/systemd/system")
# The output of `systemctl is-active`.
_STATES: dict[str, State] = {
    "active": "up",
    "reloading": "up",
    "activating": "starting",
    "deactivating": "stopping",
    "inactive": "down",
    "failed": "down",
}
_INIT_SCRIPTS = Path("/etc/init.d")
_LOG_LINES = 50
# Returns when the process has ended.
_TERMINATE = 'pid=$(cat "$0") && kill "$pid" && while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done'

# The seconds to wait for a start before a stop.
_SETTLING = 30.0

LONGEST_ACTION = 300.0
"""The seconds that a service may take to stop or to start when it is given back: it may have much data."""


class Unit(Protocol):
    """A service, by the name that its service manager uses."""

    @property
    def name(self) -> str: ...

    @property
    def pid_file(self) -> str:
        """The file with the server's process id, for a manager that may fail to stop it; else empty."""

    def command(self, action: Action) -> list[str]:
        """The command for root; it ends when the action is done."""

    def state(self, host: Host) -> State: ...

    def log(self, host: Host, since: float) -> list[str]:
        """The last lines in its manager's log since a moment, in seconds of the clock."""


@dataclass(frozen=True)
class SystemdUnit:
    name: str
    pid_file: str = ""

    def command(self, action: Action) -> list[str]:
        return ["systemctl", action, self.name]

    def state(self, host: Host) -> State:
        word = host.ask(["systemctl", "is-active", self.name]).stdout.strip()
        if word not in _STATES:
            raise UnavailableError(
                f"systemd does not report whether the service {self.name} is up",
                why=f"`systemctl is-active {self.name}` printed {word!r}",
                todo="look at `systemctl status`, or use a private server (mysql = private)",
            )
        return _STATES[word]

    def log(self, host: Host, since: float) -> list[str]:
        command = ["journalctl", f"--unit={self.name}", f"--since=@{int(since)}", "--output=cat"]
        lines = host.ask(host.as_root([*command, f"--lines={_LOG_LINES}", "--no-pager"])).stdout
        return [line for line in lines.splitlines() if not line.startswith("-- ")]


@dataclass(frozen=True)
class InitScript:
    """A script in /etc/init.d, called through the program ``service`` if the machine has it."""

    name: str
    caller: tuple[str, ...]
    pid_file: str

    def command(self, action: Action) -> list[str]:
        return [*self.caller, action]

    def state(self, host: Host) -> State:
        # As root, because the script logs in with a file that only root may read.
        return "up" if host.ask(host.as_root([*self.caller, "status"])).ok else "down"

    def log(self, host: Host, since: float) -> list[str]:  # noqa: ARG002
        """Nothing: an init script keeps no log of its own."""
        return []


def find_unit(host: Host) -> Unit | None:
    """The machine's MySQL or MariaDB service; None without one."""
    if _SYSTEMD_RUNS.is_dir():
        return _find_systemd_unit(host)
    for name in _NAMES:
        script = _INIT_SCRIPTS / name
        if os.access(script, os.X_OK):
            caller = ("service", name) if host.which("service") else (str(script),)
            return InitScript(name, caller, read_service_options(host).pid_file)
    return None


def start(host: Host, unit: Unit, *, log: Path) -> Process:
    """Start it in the background, with the output of its manager added to the file ``log``."""
    return host.start(host.as_root(unit.command("start")), log=log)


def await_start(host: Host, unit: Unit, *, seconds: float) -> None:
    """Wait at most ``seconds`` for a start that another process has begun."""
    if unit.state(host) == "starting":
        # systemd joins a second call to the start that is under way.
        host.wait_for_exit(start(host, unit, log=Path(os.devnull)), seconds=seconds)


def stop(host: Host, unit: Unit) -> None:
    """Stop it, and return when it is down. Raises UnavailableError."""
    # MariaDB may miss the signal to stop while it starts.
    await_start(host, unit, seconds=_SETTLING)
    done = host.run(host.as_root(unit.command("stop")), seconds=LONGEST_ACTION)
    if not done.ok and unit.pid_file:
        # Debian's script for MariaDB logs in as root without a password, and fails if root has one.
        done = host.run(host.as_root(["sh", "-c", _TERMINATE, unit.pid_file]), seconds=LONGEST_ACTION)
    if not done.ok:
        raise UnavailableError(
            f"the service {unit.name} did not stop",
            why=done.stderr.strip() or f"`{' '.join(unit.command('stop'))}` ended with {done.code}",
            todo="allow sudo without a password, or stop it by hand",
        )


def _find_systemd_unit(host: Host) -> SystemdUnit | None:
    names = [f"{name}.service" for name in _NAMES]
    answer = host.ask(["systemctl", "show", "--property=Id,LoadState", *names])
    for block in answer.stdout.split("\n\n"):
        facts = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if facts.get("LoadState") == "loaded":
            # Not the alias from the list above: the journal lists only the unit's own name.
            return SystemdUnit(facts["Id"].removesuffix(".service"))
    return None
