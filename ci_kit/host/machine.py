"""The machine: every effect ci-kit has on it goes through here.

Each effect is described in one line and then carried out by :meth:`Host.act`. A dry run replaces that
one method by one that prints the line, so what it prints cannot drift from what a real run does.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ci_kit.console import Console
from ci_kit.errors import UnavailableError
from ci_kit.host.locks import hold_lock, is_locked
from ci_kit.host.processes import (
    INTERRUPTS,
    Env,
    at_terminal,
    describe_command,
    ended,
    one_interrupt_later,
    open_child,
)
from ci_kit.redaction import Redactor

_T = TypeVar("_T")

# In seconds: an engine or a service manager that does not answer in this time will not.
_LONGEST_LOOK = 60.0


@dataclass(frozen=True)
class Completed:
    """A command that ended. ``code`` is negative for a signal; the output is empty if it was streamed."""

    code: int = 0
    stdout: str = ""
    stderr: str = ""

    @property
    def ok(self) -> bool:
        return self.code == 0


@dataclass(frozen=True)
class Process:
    """A background process. A dry run's has no ``popen`` and never ends."""

    popen: subprocess.Popen[bytes] | None = None

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.popen.poll() if self.popen else None

    def wait(self, seconds: float) -> None:
        """Wait until it ends, at most so long."""
        if self.popen:
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)


@dataclass
class Host:
    """The real machine."""

    console: Console = field(default_factory=Console)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    redactor: Redactor = field(default_factory=Redactor)

    dry = False

    def act(self, what: str, do: Callable[[], _T], *, assumed: _T) -> _T:  # noqa: ARG002
        """Carry out one effect and give back its result.

        ``what`` describes it in a line or more; ``assumed`` is the result a dry run goes on with.
        """
        shown = self.redactor.redact(what)
        self.console.detail(shown)
        try:
            return do()
        except OSError as error:
            raise UnavailableError(
                f"cannot {shown.splitlines()[0]}",
                why=_reason(error),
                todo="look at the rights and the room there; CI_KIT_CACHE names another cache folder, TMPDIR"
                " another temporary one, the setting mysql-datadir one for a server's data",
            ) from error

    # Effects

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Env | None = None,
        cwd: Path | None = None,
        stdin: str | bytes | None = None,
        shown_stdin: str | None = None,
        seconds: float | None = None,
        whole: bool = False,
        assumed: Completed = Completed(),
    ) -> Completed:
        """Run a command to its end, which it must reach in ``seconds``, and keep its output.

        ``shown_stdin`` stands for an input with secrets in it. A ``whole`` one is not broken off by an
        interrupt, which is obeyed after it; a second one is at once.
        """
        what = describe_command(argv, env, cwd)
        if stdin is not None:
            what += f" <<< {shlex.quote(str(stdin) if shown_stdin is None else shown_stdin)}"
        return self.act(
            what, lambda: self._capture(argv, env, cwd, stdin, seconds, whole=whole), assumed=assumed
        )

    def stream(self, argv: Sequence[str], *, env: Env | None = None, cwd: Path | None = None) -> int:
        """Run a command to its end with its output as it comes; its exit code, negative for a signal."""
        return self.act(describe_command(argv, env, cwd), lambda: self._stream(argv, env, cwd), assumed=0)

    def start(self, argv: Sequence[str], *, env: Env | None = None, log: Path) -> Process:
        """Start a background process, its output added to the file ``log``.

        It leads a session of its own, so that Ctrl-C at the terminal does not reach it.
        """

        def do() -> Process:
            with log.open("ab") as output:
                return Process(
                    open_child(
                        argv, self._environment(env), stdout=output, stderr=output, start_new_session=True
                    )
                )

        return self.act(f"{describe_command(argv, env)} &", do, assumed=Process())

    def write(self, path: Path, text: str, *, mode: int = 0o644, shown: str | None = None) -> None:
        """Write a file, whole or not at all. ``shown`` stands for a text with secrets in it."""
        self.act(
            self._describe_text("write", path, text if shown is None else shown),
            lambda: _replace_file(path, text, mode),
            assumed=None,
        )

    def append(self, path: Path, text: str, *, shown: str | None = None) -> None:
        """Add to the end of a file. ``shown`` stands for the text where it is printed."""

        def do() -> None:
            with path.open("a", encoding="utf-8") as file:
                file.write(text)

        self.act(self._describe_text("append to", path, text if shown is None else shown), do, assumed=None)

    def make_dir(self, path: Path, *, mode: int = 0o755, owner: int | None = None) -> None:
        """Make a folder and those above it; ``owner`` is a numeric user id."""

        def do() -> None:
            path.mkdir(mode=mode, parents=True, exist_ok=True)
            if owner is not None:
                os.chown(path, owner, -1)

        self.act(shlex.join(["mkdir", "-p", str(path)]), do, assumed=None)

    def copy_tree(self, source: Path, target: Path, *, owner: int | None = None) -> None:
        """Copy a folder to a path where nothing is; ``owner`` is a numeric user id for all of the copy."""

        def do() -> None:
            shutil.copytree(source, target, dirs_exist_ok=True)
            if owner is not None:
                for path in (target, *target.rglob("*")):
                    os.chown(path, owner, -1)

        self.act(shlex.join(["cp", "-r", str(source), str(target)]), do, assumed=None)

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder with all that is in it; fine if it is not there."""

        def do() -> None:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif os.path.lexists(path):
                path.unlink(missing_ok=True)

        self.act(shlex.join(["rm", "-rf", str(path)]), do, assumed=None)

    def move(self, source: Path, target: Path) -> None:
        """Rename a file or a folder within one file system."""
        self.act(shlex.join(["mv", str(source), str(target)]), lambda: _rename(source, target), assumed=None)

    def kill(self, pid: int, *, what: str) -> None:
        """End a background process that is known by its id alone, at once, with the group if it leads one."""

        def do() -> None:
            with suppress(ProcessLookupError):
                (os.killpg if os.getpgid(pid) == pid else os.kill)(pid, signal.SIGKILL)
            # It may be this process's own, if an interrupt came before that was known; its exit code is left
            # to whoever knows it.
            with suppress(AttributeError, ChildProcessError):
                os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

        self.act(f"kill -KILL -{pid}  # {what}", do, assumed=None)

    def end(self, process: Process, *, what: str) -> None:
        """End a background process that :meth:`start` started, at once, with the group it leads."""

        def do() -> None:
            if process.popen:
                with suppress(ProcessLookupError):
                    os.killpg(process.popen.pid, signal.SIGKILL)
                process.popen.wait()

        self.act(f"kill -KILL -{process.popen.pid if process.popen else '$!'}  # {what}", do, assumed=None)

    def finish(self, process: Process, *, seconds: float | None = None) -> int | None:
        """Wait until a background process ends by itself; its exit code, None if it goes on after the time.

        A dry run's ends well.
        """
        if process.popen is None:
            return 0
        try:
            return process.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    @contextmanager
    def locked(self, path: Path, *, wait: bool = True) -> Iterator[bool]:
        """Hold a lock file, against other processes of this machine, until the context is left.

        Gives whether it is held: without ``wait``, False if another process has it. The lock ends with the
        process, however that ends. A dry run takes none, and only looks. Raises UnavailableError.
        """
        if self.dry:
            yield wait or not is_locked(path)
            return
        with hold_lock(path, wait=wait) as held:
            yield held

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Pass over the signals that would break a clean-up off: a second Ctrl-C is often impatience."""
        before = {number: signal.signal(number, signal.SIG_IGN) for number in INTERRUPTS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    # Looks, the same in a dry run

    def ask(
        self,
        argv: Sequence[str],
        *,
        env: Env | None = None,
        cwd: Path | None = None,
        seconds: float | None = _LONGEST_LOOK,
    ) -> Completed:
        """Run a command that changes nothing. Raises UnavailableError if it has not ended in ``seconds``."""
        return self._capture(argv, env, cwd, None, seconds)

    def which(self, name: str) -> str | None:
        return shutil.which(name, path=self.environ.get("PATH", os.defpath))

    def processes_with_argument(self, start: str) -> list[int]:
        """The ids of the processes that have an argument which begins so."""
        if not Path("/proc/self/cmdline").exists():
            return [
                int(pid) for pid in self.ask(["pgrep", "-f", "--", f" {re.escape(start)}"]).stdout.split()
            ]
        found = []
        # glob() asks for each path whether it exists, and fails for a process that ends at that moment.
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                with suppress(OSError):
                    words = (path / "cmdline").read_bytes().split(b"\0")
                    if any(word.startswith(os.fsencode(start)) for word in words):
                        found.append(int(path.name))
        return [pid for pid in found if pid != os.getpid()]

    def as_root(self, argv: Sequence[str]) -> list[str]:
        """The command as root runs it: by sudo, without a question, where this is not root."""
        return list(argv) if os.geteuid() == 0 else ["sudo", "-n", *argv]

    def temporary_root(self) -> Path:
        """The folder for temporary files: the job's own on a runner."""
        return Path(self.environ.get("RUNNER_TEMP") or tempfile.gettempdir())

    def cache_root(self) -> Path:
        """The user's cache folder for ci-kit (XDG base directories; CI_KIT_CACHE overrides it)."""
        if own := self.environ.get("CI_KIT_CACHE"):
            return Path(own)
        base = (
            self.environ.get("XDG_CACHE_HOME") or Path(self.environ.get("HOME", "~")).expanduser() / ".cache"
        )
        return Path(base) / "ci-kit"

    # How

    def _describe_text(self, verb: str, path: Path, text: str) -> str:
        # A secret of several lines is known only before it is split into them.
        body = "".join(f"\n  | {line}" for line in self.redactor.redact(text).splitlines())
        return f"{verb} {shlex.quote(str(path))}{body}"

    def _environment(self, env: Env | None) -> dict[str, str]:
        merged: dict[str, str | None] = {**self.environ, **(env or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def _capture(
        self,
        argv: Sequence[str],
        env: Env | None,
        cwd: Path | None,
        stdin: str | bytes | None,
        seconds: float | None,
        *,
        whole: bool = False,
    ) -> Completed:
        # From before its start on: an interrupt right after that would leave it to itself.
        with one_interrupt_later() if whole else nullcontext():
            child = open_child(
                argv,
                self._environment(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                # Out of reach of a Ctrl-C at the terminal.
                start_new_session=whole,
            )
            try:
                with child, ended(child, own_group=whole):
                    out, err = child.communicate(stdin.encode() if isinstance(stdin, str) else stdin, seconds)
            except subprocess.TimeoutExpired:
                raise UnavailableError(
                    f"{argv[0]} did not end in {seconds:g} s",
                    why=f"`{shlex.join(argv)}`",
                    todo="look at what it waits for, and at boot-timeout",
                ) from None
        return Completed(child.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    def _stream(self, argv: Sequence[str], env: Env | None, cwd: Path | None) -> int:
        sys.stdout.flush()
        # With a terminal, the child stays in its foreground group: a debugger's prompt works, and Ctrl-C
        # reaches it. Without one it leads a group of its own, and all of that can be ended.
        own_group = not at_terminal()
        child = open_child(argv, self._environment(env), cwd=cwd, start_new_session=own_group)
        with ended(child, own_group=own_group):
            return child.wait()


class DryHost(Host):
    """Prints every effect to standard output and has none."""

    dry = True

    def act(self, what: str, do: Callable[[], _T], *, assumed: _T) -> _T:  # noqa: ARG002
        print(self.redactor.redact(what), flush=True)
        return assumed


def _replace_file(path: Path, text: str, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _reason(error: OSError) -> str:
    """An error in one line; a copy of a folder gives one a file, which all say the same."""
    if isinstance(error, shutil.Error) and error.args and isinstance(error.args[0], list):
        return re.sub(r"^\[Errno \d+\] ", "", str(error.args[0][0][-1]))
    return f"{error.strerror}: {error.filename}" if error.filename else error.strerror or str(error)


def _rename(source: Path, target: Path) -> None:
    source.rename(target)
