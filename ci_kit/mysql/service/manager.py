"""The machine's service with a server in it, and the program that starts and stops it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from ci_kit.errors import UnavailableError
from ci_kit.host.machine import Host, Process
from ci_kit.mysql.service.option_files import read_told

Action: TypeAlias = Literal["start", "stop"]
State: TypeAlias = Literal["up", "down", "starting", "stopping"]

_NAMES = ("mysql", "mysqld", "mariadb")
# systemd's own way to say that it runs: sd_booted(3). Containers often have its programs alone.
_SYSTEMD_RUNS = Path("/run/systemd/system")
# What `systemctl is-active` says.
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
_TERMINATE = 'pid=$(cat "$0") && kill "$pid" && while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done'

_SETTLING = 30.0

PATIENCE = 300.0
"""How long a service that is given back may take to stop, or to start, in seconds: its data may be large."""


class Unit(Protocol):
    """A service, under the name its manager has for it."""

    @property
    def name(self) -> str: ...

    @property
    def pid_file(self) -> str:
        """Where the server's process is noted down, if its manager may fail to stop it."""

    def command(self, action: Action) -> list[str]:
        """What root calls; it ends when the action is done."""

    def state(self, host: Host) -> State: ...

    def log(self, host: Host, since: float) -> list[str]:
        """The last lines its manager wrote down since a moment of the clock."""


@dataclass(frozen=True)
class SystemdUnit:
    name: str
    pid_file: str = ""

    def command(self, action: Action) -> list[str]:
        return ["systemctl", action, self.name]

    def state(self, host: Host) -> State:
        said = host.ask(["systemctl", "is-active", self.name]).stdout.strip()
        if said not in _STATES:
            raise UnavailableError(
                f"systemd does not say whether the service {self.name} is up",
                why=f"`systemctl is-active {self.name}` says {said!r}",
                todo="look at `systemctl status`, or take a private server (mysql: private)",
            )
        return _STATES[said]

    def log(self, host: Host, since: float) -> list[str]:
        command = ["journalctl", f"--unit={self.name}", f"--since=@{int(since)}", "--output=cat"]
        lines = host.ask(host.as_root([*command, f"--lines={_LOG_LINES}", "--no-pager"])).stdout
        return [line for line in lines.splitlines() if not line.startswith("-- ")]


@dataclass(frozen=True)
class InitScript:
    """A script in /etc/init.d, called by the program ``service`` where there is one."""

    name: str
    caller: tuple[str, ...]
    pid_file: str

    def command(self, action: Action) -> list[str]:
        return [*self.caller, action]

    def state(self, host: Host) -> State:
        # As root, for the script logs in by a file that nobody else may read.
        return "up" if host.ask(host.as_root([*self.caller, "status"])).ok else "down"

    def log(self, host: Host, since: float) -> list[str]:  # noqa: ARG002
        """None: what a script starts writes to the server's own log."""
        return []


def find_unit(host: Host) -> Unit | None:
    """The machine's MySQL or MariaDB service; None if it has none."""
    if _SYSTEMD_RUNS.is_dir():
        return _find_systemd_unit(host)
    for name in _NAMES:
        script = _INIT_SCRIPTS / name
        if os.access(script, os.X_OK):
            caller = ("service", name) if host.which("service") else (str(script),)
            return InitScript(name, caller, read_told(host).pid_file)
    return None


def start(host: Host, unit: Unit, *, log: Path) -> Process:
    """Start it in the background, its manager's words added to the file ``log``."""
    return host.start(host.as_root(unit.command("start")), log=log)


def settle(host: Host, unit: Unit, *, seconds: float) -> None:
    """Wait for a start that somebody else has begun, at most so long."""
    if unit.state(host) == "starting":
        # systemd takes a second call for the same start.
        host.finish(start(host, unit, log=Path(os.devnull)), seconds=seconds)


def stop(host: Host, unit: Unit) -> None:
    """Stop it, and come back when it is down. Raises UnavailableError."""
    # MariaDB may miss the signal that tells it to stop while it starts.
    settle(host, unit, seconds=_SETTLING)
    done = host.run(host.as_root(unit.command("stop")), seconds=PATIENCE)
    if not done.ok and unit.pid_file:
        # Debian's script for MariaDB logs in as root without a password, and gives up where there is one.
        done = host.run(host.as_root(["sh", "-c", _TERMINATE, unit.pid_file]), seconds=PATIENCE)
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
            # Not the alias that was asked for: the journal knows only the unit's own name.
            return SystemdUnit(facts["Id"].removesuffix(".service"))
    return None
