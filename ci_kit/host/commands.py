"""Commands: how one is described, and how one runs to its end."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from ci_kit.errors import UnavailableError
from ci_kit.host.interrupts import delay_interrupt
from ci_kit.host.processes import at_terminal, end_on_error, open_child
from ci_kit.host.relay import relayed_output

Env = Mapping[str, str | None]
"""Changes to the environment: a value to set, or None to remove the name."""


@dataclass(frozen=True)
class Input:
    """Standard input of a command. ``shown`` replaces ``data`` in messages, where ``data`` has secrets."""

    data: str | bytes
    shown: str | None = None

    def __str__(self) -> str:
        return str(self.data) if self.shown is None else self.shown

    def encoded(self) -> bytes:
        return self.data.encode() if isinstance(self.data, str) else self.data


@dataclass(frozen=True)
class Command:
    """A program with its arguments, changes to its environment, its folder and its input.

    ``str()`` gives it as a user would type it in a shell. It leaves out ``unshown``, more changes to the
    environment, whose values may be secrets of the project; ``env`` comes after them.
    """

    argv: Sequence[str]
    env: Env | None = None
    cwd: Path | None = None
    stdin: Input | None = None
    unshown: Env | None = None

    def __str__(self) -> str:
        changes = [
            f"{name}={shlex.quote(value)}" if value is not None else f"-u {name}"
            for name, value in (self.env or {}).items()
        ]
        folder = f"cd {shlex.quote(str(self.cwd))} && " if self.cwd else ""
        prefix = f"env {' '.join(sorted(changes))} " if changes else ""
        suffix = f" <<< {shlex.quote(str(self.stdin))}" if self.stdin else ""
        return f"{folder}{prefix}{shlex.join(self.argv)}{suffix}"

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """The inherited environment with the command's changes."""
        merged: dict[str, str | None] = {**inherited, **(self.unshown or {}), **(self.env or {})}
        return {name: value for name, value in merged.items() if value is not None}


@dataclass(frozen=True)
class Completed:
    """A command that ended. ``code`` is negative for a signal; the output is empty if it was streamed."""

    code: int = 0
    stdout: str = ""
    stderr: str = ""

    @property
    def ok(self) -> bool:
        return self.code == 0


SUCCEEDED = Completed()


def as_command(command: Command | Sequence[str]) -> Command:
    return command if isinstance(command, Command) else Command(command)


def capture(
    command: Command, inherited: Mapping[str, str], *, seconds: float | None, uninterrupted: bool = False
) -> Completed:
    """Run a command to its end and keep its output. Raises UnavailableError after ``seconds``."""
    # The delay begins before the start: an interrupt right after the start would leave the child behind.
    with delay_interrupt() if uninterrupted else nullcontext():
        child = open_child(
            command.argv,
            command.environment(inherited),
            cwd=command.cwd,
            stdin=subprocess.PIPE if command.stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # Ctrl-C at the terminal does not reach another session.
            start_new_session=uninterrupted,
        )
        try:
            with child, end_on_error(child, own_group=uninterrupted):
                out, err = child.communicate(command.stdin.encoded() if command.stdin else None, seconds)
        except subprocess.TimeoutExpired:
            raise UnavailableError(
                f"{command.argv[0]} did not end in {seconds:g} s",
                why=f"`{shlex.join(command.argv)}`",
                todo="find out what it waits for, or give a server more time by boot-timeout",
            ) from None
    return Completed(child.returncode, out.decode(errors="replace"), err.decode(errors="replace"))


def stream(command: Command, inherited: Mapping[str, str]) -> int:
    """Run a command to its end, with this process's output; gives its exit code, negative for a signal."""
    sys.stdout.flush()
    # With a terminal, the child stays in the foreground group: a debugger's prompt works, and Ctrl-C reaches
    # the child. Without a terminal, the child leads a group, so that ci-kit can end the whole group.
    own_group = not at_terminal()
    with relayed_output() as output:
        child = open_child(
            command.argv,
            command.environment(inherited),
            cwd=command.cwd,
            start_new_session=own_group,
            **output,
        )
        with end_on_error(child, own_group=own_group):
            return child.wait()
