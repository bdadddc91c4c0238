"""Child processes of the host: how one is described, started, and ended when its parent is interrupted."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from ci_kit.errors import TerminatedError, UnavailableError

Env = Mapping[str, str | None]
"""Changes to the environment: a value to set, or None to remove the name."""

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""What ends a run: Ctrl-C, a job that is cancelled, a terminal that is closed."""

# How long an interrupted child may take to end by itself, and then after SIGTERM, in seconds.
_INTERRUPT_GRACE, _TERMINATE_GRACE = 10.0, 3.0


def at_terminal() -> bool:
    """Whether this process, and a child that shares its input, has a terminal."""
    # A process without a standard input has None there.
    return sys.stdin is not None and sys.stdin.isatty()


def describe_command(argv: Sequence[str], env: Env | None = None, cwd: Path | None = None) -> str:
    """The command as one would type it in a shell."""
    changes = [
        f"{name}={shlex.quote(value)}" if value is not None else f"-u {name}"
        for name, value in (env or {}).items()
    ]
    prefix = f"env {' '.join(sorted(changes))} " if changes else ""
    folder = f"cd {shlex.quote(str(cwd))} && " if cwd else ""
    return f"{folder}{prefix}{shlex.join(argv)}"


def open_child(
    argv: Sequence[str], environment: dict[str, str], **options: object
) -> subprocess.Popen[bytes]:
    """Start a process with Popen's options. Raises UnavailableError where there is no such program."""
    try:
        return subprocess.Popen(list(argv), env=environment, **options)  # type: ignore[call-overload,no-any-return]
    except OSError as error:
        raise UnavailableError(
            f"cannot run {argv[0]}",
            why=error.strerror or str(error),
            todo=f"install {Path(argv[0]).name}, or put it on the PATH",
        ) from error


@contextmanager
def one_interrupt_later() -> Iterator[None]:
    """Put a first SIGINT or SIGTERM off until the context is left; a second one breaks it off."""
    put_off: list[tuple[int, FrameType | None]] = []

    def note(number: int, frame: FrameType | None) -> None:
        if put_off:
            obey(number, frame)
        put_off.append((number, frame))

    def obey(number: int, frame: FrameType | None) -> None:
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    before = {number: signal.signal(number, note) for number in INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for interrupt in put_off:
        obey(*interrupt)


class ended:  # noqa: N801  (a context, named as those of contextlib are)
    """A context that leaves no child running when it is left by an exception."""

    def __init__(self, child: subprocess.Popen[bytes], *, own_group: bool) -> None:
        self._child = child
        self._own_group = own_group

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        first = signal.SIGTERM if isinstance(error, TerminatedError) else signal.SIGINT
        # A Ctrl-C at the terminal has reached a child in the foreground group already.
        if self._own_group or first is not signal.SIGINT or not at_terminal():
            self._send(first)
        try:
            if self._waited(_INTERRUPT_GRACE):
                return
            self._send(signal.SIGTERM)
            if self._waited(_TERMINATE_GRACE):
                return
        finally:
            # What the child started may have ignored what ended it.
            if self._own_group or self._child.poll() is None:
                self._send(signal.SIGKILL)
            self._child.wait()

    def _waited(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(seconds)
            return True
        return False

    def _send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            (os.killpg if self._own_group else os.kill)(self._child.pid, number)
