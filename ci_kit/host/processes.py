"""Processes: how one starts, how ci-kit ends one, and how ci-kit finds one by its arguments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn, TypedDict, Unpack

from ci_kit.errors import TerminatedError, UnavailableError

# How long an interrupted child may take to end by itself, and then after SIGTERM, in seconds.
_INTERRUPT_GRACE, _TERMINATE_GRACE = 10.0, 3.0


@dataclass(frozen=True)
class Process:
    """A background process. A dry run's has no ``popen`` and never ends."""

    popen: subprocess.Popen[bytes] | None = None

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.popen.poll() if self.popen else None

    def wait(self, seconds: float) -> None:
        """Wait until it ends, for at most ``seconds``."""
        if self.popen:
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)

    def kill(self) -> None:
        """Kill it and its process group, and wait for its end."""
        if self.popen:
            with suppress(ProcessLookupError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            reap(self.popen)


def reap(child: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a child that cannot live on.

    An interrupt within ``Popen.poll()`` may leave its lock taken, and ``Popen.wait()`` would then wait for
    that lock without end.
    """
    if child.returncode is None:
        with suppress(ChildProcessError):
            _, status = os.waitpid(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)


def at_terminal() -> bool:
    """Whether this process, and a child that shares its input, has a terminal."""
    # sys.stdin is None in a process without a standard input.
    return sys.stdin is not None and sys.stdin.isatty()


class ChildOptions(TypedDict, total=False):
    """Options of subprocess.Popen; without one, the child inherits."""

    cwd: Path | None
    stdin: int
    stdout: int | IO[bytes]
    stderr: int | IO[bytes]
    start_new_session: bool


def open_child(
    argv: Sequence[str], environment: dict[str, str], **options: Unpack[ChildOptions]
) -> subprocess.Popen[bytes]:
    """Start a process. Raises UnavailableError if the program cannot start."""
    try:
        return subprocess.Popen(list(argv), env=environment, **options)
    except OSError as error:
        raise _cannot_run(argv[0], error) from error


def replace_process(argv: Sequence[str], environment: dict[str, str]) -> NoReturn:
    """Let a program take the place of this process. Raises UnavailableError if it cannot start."""
    for output in (sys.stdout, sys.stderr):
        output.flush()
    # Python ignores these, and a program would inherit that (subprocess's ``restore_signals``).
    ignored = {number: signal.signal(number, signal.SIG_DFL) for number in (signal.SIGPIPE, signal.SIGXFSZ)}
    try:
        os.execvpe(argv[0], list(argv), environment)  # noqa: S606  (no shell is needed)
    except OSError as error:
        for number, handler in ignored.items():
            signal.signal(number, handler)
        raise _cannot_run(argv[0], error) from error


def _cannot_run(program: str, error: OSError) -> UnavailableError:
    return UnavailableError(
        f"cannot run {program}",
        why=error.strerror or str(error),
        todo=f"install {Path(program).name}, or put it on the PATH",
    )


class end_on_error:  # noqa: N801  (a context manager, named like those of contextlib)
    """Ends the child if an exception leaves the context: signal, then SIGTERM, then SIGKILL."""

    def __init__(self, child: subprocess.Popen[bytes], *, own_group: bool) -> None:
        self._child = child
        self._own_group = own_group

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if error is None:
            return
        first = signal.SIGTERM if isinstance(error, TerminatedError) else signal.SIGINT
        # Ctrl-C at the terminal has already reached a child in the foreground group.
        if self._own_group or first is not signal.SIGINT or not at_terminal():
            self._send(first)
        try:
            if self._ends_within(_INTERRUPT_GRACE):
                return
            self._send(signal.SIGTERM)
            if self._ends_within(_TERMINATE_GRACE):
                return
        finally:
            # Processes that the child started may have ignored the signal that ended the child.
            if self._own_group or self._child.poll() is None:
                self._send(signal.SIGKILL)
            reap(self._child)

    def _ends_within(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(seconds)
            return True
        return False

    def _send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            (os.killpg if self._own_group else os.kill)(self._child.pid, number)


def kill_pid(pid: int) -> None:
    """Kill a process, and its group if it leads one; wait for its end if it is a child of this process."""
    with suppress(ProcessLookupError):
        (os.killpg if os.getpgid(pid) == pid else os.kill)(pid, signal.SIGKILL)
    # It is a child of this process if an interrupt came before the caller had the Process. WNOWAIT leaves the
    # exit code to the Popen object. macOS has no waitid (AttributeError).
    with suppress(AttributeError, ChildProcessError):
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def with_argument(start: str, proc: Path) -> list[int]:
    """The ids of the other processes in ``proc`` that have an argument which starts with ``start``."""
    found = []
    # Path.glob() checks that each path exists, and fails for a process that ends at that moment.
    for path in proc.iterdir():
        if path.name.isdigit():
            with suppress(OSError):
                words = (path / "cmdline").read_bytes().split(b"\0")
                if any(word.startswith(os.fsencode(start)) for word in words):
                    found.append(int(path.name))
    return [pid for pid in found if pid != os.getpid()]
