"""The machine: every effect that ci-kit has on it goes through this module.

:meth:`Host.act` carries out each effect and describes it in a line. A dry run replaces that one method by one
that only prints the line. So a dry run prints exactly what a real run does.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from ci_kit.console import Console, harmless
from ci_kit.errors import UnavailableError
from ci_kit.host import files, processes
from ci_kit.host.commands import SUCCEEDED, Command, Completed, as_command, capture, stream
from ci_kit.host.http import Request, Response, send
from ci_kit.host.interrupts import ignore_interrupts
from ci_kit.host.locks import hold_lock, is_locked
from ci_kit.host.mailbox import Mailbox
from ci_kit.host.processes import Process
from ci_kit.redaction import Redactor

_T = TypeVar("_T")

# In seconds: a container engine or a service manager that takes longer than this hangs.
_ANSWER_TIMEOUT = 60.0
_PROC = Path("/proc")


@dataclass
class Host:
    """The real machine. A command is a :class:`Command`, or its arguments alone."""

    console: Console = field(default_factory=Console)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    dry = False

    @property
    def redactor(self) -> Redactor:
        """The secrets that neither messages nor descriptions of effects show."""
        return self.console.redactor

    def act(self, what: str, do: Callable[[], _T], *, assumed: _T) -> _T:  # noqa: ARG002
        """Carry out one effect and return its result. Raises UnavailableError for an OSError.

        ``what`` describes the effect in one line or more. ``assumed`` is the result in a dry run.
        """
        shown = self.redactor.redact(what)
        self.console.detail(shown)
        try:
            return do()
        except OSError as error:
            raise UnavailableError(
                f"cannot {shown.splitlines()[0]}",
                why=files.describe_error(error),
                todo="check the permissions and the free space there; CI_KIT_CACHE sets another cache folder,"
                " TMPDIR another temporary folder, and the setting mysql-datadir another folder for a"
                " server's data",
            ) from error

    # Effects

    def run(
        self,
        command: Command | Sequence[str],
        *,
        seconds: float | None = None,
        uninterrupted: bool = False,
        assumed: Completed = SUCCEEDED,
    ) -> Completed:
        """Run a command to its end and keep its output. Raises UnavailableError after ``seconds``.

        With ``uninterrupted``, the first interrupt takes effect after the command; a second one at once.
        """
        full = as_command(command)
        return self.act(
            str(full),
            lambda: capture(full, self.environ, seconds=seconds, uninterrupted=uninterrupted),
            assumed=assumed,
        )

    def stream(self, command: Command | Sequence[str]) -> int:
        """Run a command to its end and show its output at once; the exit code is negative for a signal."""
        full = as_command(command)
        with self.console.paused():
            return self.act(str(full), lambda: stream(full, self.environ), assumed=0)

    def exec(self, command: Command | Sequence[str]) -> None:
        """Replace this process by a command; in a dry run, return.

        The command then has the terminal, the signals and the exit code to itself. Raises UnavailableError.
        """
        full = as_command(command)
        environment = full.environment(self.environ)
        self.act(str(full), lambda: processes.replace_process(full.argv, environment), assumed=None)

    def start(self, command: Command | Sequence[str], *, log: Path) -> Process:
        """Start a background process whose output is appended to the file ``log``.

        It leads a new session, so that Ctrl-C at the terminal does not reach it.
        """
        full = as_command(command)

        def do() -> Process:
            with log.open("ab") as output:
                return Process(
                    processes.open_child(
                        full.argv,
                        full.environment(self.environ),
                        cwd=full.cwd,
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                    )
                )

        return self.act(f"{full} &", do, assumed=Process())

    def write(self, path: Path, text: str, *, mode: int = 0o644, shown: str | None = None) -> None:
        """Write a file atomically. ``shown`` replaces a text with secrets in messages."""
        self.act(
            self._describe_text("write", path, text if shown is None else shown),
            lambda: files.replace_file(path, text, mode),
            assumed=None,
        )

    def create(self, path: Path, text: str, *, mode: int, shown: str) -> bool:
        """Write a file that does not exist yet; False if something is there. ``shown`` is for messages."""
        return self.act(
            self._describe_text("write", path, shown),
            lambda: files.create_file(path, text, mode),
            assumed=True,
        )

    def append(self, path: Path, text: str, *, shown: str | None = None) -> None:
        """Append lines to a file, on a new line. ``shown`` replaces the text in messages."""
        self.act(
            self._describe_text("append to", path, text if shown is None else shown),
            lambda: files.append_lines(path, text),
            assumed=None,
        )

    def make_dir(self, path: Path, *, mode: int = 0o755, owner: int | None = None) -> None:
        """Make a folder and its parents; ``owner`` is a numeric user id."""
        self.act(
            shlex.join(["mkdir", "-p", str(path)]),
            lambda: files.make_folder(path, mode, owner),
            assumed=None,
        )

    def copy_tree(self, source: Path, target: Path, *, owner: int | None = None) -> None:
        """Copy a folder to a path that does not exist; ``owner`` is a numeric user id for the whole copy."""
        self.act(
            shlex.join(["cp", "-r", str(source), str(target)]),
            lambda: files.copy_folder(source, target, owner),
            assumed=None,
        )

    @contextmanager
    def mailbox(self, path: Path) -> Iterator[Mailbox | None]:
        """A named pipe, until the context ends; None in a dry run."""
        box = self.act(shlex.join(["mkfifo", str(path)]), lambda: Mailbox(path), assumed=None)
        try:
            yield box
        finally:
            if box:
                box.close()
            self.remove(path)

    def remove(self, path: Path) -> None:
        """Remove a file, or a folder with its content, if it exists."""
        self.act(shlex.join(["rm", "-rf", str(path)]), lambda: files.remove_path(path), assumed=None)

    def move(self, source: Path, target: Path) -> None:
        """Rename a file or a folder within one file system."""
        self.act(
            shlex.join(["mv", str(source), str(target)]),
            lambda: files.rename_path(source, target),
            assumed=None,
        )

    def kill_pid(self, pid: int, *, what: str) -> None:
        """Kill a background process by its id, and its group if it leads one."""
        self.act(f"kill -KILL -{pid}  # {what}", lambda: processes.kill_pid(pid), assumed=None)

    def kill(self, process: Process, *, what: str) -> None:
        """Kill a background process that :meth:`start` started, and its group."""
        pid = process.popen.pid if process.popen else "$!"
        self.act(f"kill -KILL -{pid}  # {what}", process.kill, assumed=None)

    def send(self, request: Request, *, seconds: float, assumed: Response) -> Response:
        """Send a request that changes something. Raises UnavailableError without an answer in ``seconds``."""
        return self.act(str(request), lambda: send(request, seconds=seconds), assumed=assumed)

    @contextmanager
    def locked(self, path: Path, *, wait: bool = True) -> Iterator[bool]:
        """Hold a lock file against other processes of this machine, until the context ends.

        Gives whether the lock is held: without ``wait``, False if another process holds it. The lock ends
        with the process. A dry run takes no lock and only checks it. Raises UnavailableError.
        """
        if self.dry:
            yield wait or not is_locked(path)
            return
        with hold_lock(path, wait=wait) as held:
            yield held

    # These change nothing, so a dry run runs them too

    def ask(self, command: Command | Sequence[str], *, seconds: float | None = _ANSWER_TIMEOUT) -> Completed:
        """Run a command that changes nothing. Raises UnavailableError after ``seconds``."""
        return capture(as_command(command), self.environ, seconds=seconds)

    def look_up(self, request: Request, *, seconds: float) -> Response:
        """Send a request that changes nothing. Raises UnavailableError without an answer in ``seconds``."""
        return send(request, seconds=seconds)

    def wait_for_exit(self, process: Process, *, seconds: float | None = None) -> int | None:
        """Wait until a background process ends; gives its exit code, or None after ``seconds``.

        A dry run's process gives 0.
        """
        if process.popen is None:
            return 0
        try:
            return process.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    @contextmanager
    def ignore_interrupts(self) -> Iterator[None]:
        """Ignore interrupts until the context ends, so that a second Ctrl-C does not stop a clean-up."""
        with ignore_interrupts():
            yield

    def which(self, name: str) -> str | None:
        return shutil.which(name, path=self.environ.get("PATH", os.defpath))

    def processes_with_argument(self, start: str) -> list[int]:
        """The ids of the processes that have an argument which starts with ``start``."""
        if (_PROC / "self/cmdline").exists():
            return processes.with_argument(start, _PROC)
        # macOS has no /proc.
        return [int(pid) for pid in self.ask(["pgrep", "-f", "--", f" {re.escape(start)}"]).stdout.split()]

    def as_root(self, argv: Sequence[str]) -> list[str]:
        """The arguments to run a command as root. Other users need sudo, without a password prompt."""
        return list(argv) if os.geteuid() == 0 else ["sudo", "-n", *argv]

    def scratch_folder(self) -> AbstractContextManager[Path]:
        """An empty folder for commands that only look; it is removed at the end. A dry run has one too."""
        return files.scratch_folder(self.temporary_root())

    def temporary_root(self) -> Path:
        """The folder for temporary files: the job's own on a runner."""
        return files.temporary_root(self.environ)

    def cache_root(self) -> Path:
        """The user's cache folder for ci-kit."""
        return files.cache_root(self.environ)

    def _describe_text(self, verb: str, path: Path, text: str) -> str:
        # The redactor finds a secret of several lines only before the text is split into lines.
        body = "".join(f"\n  | {line}" for line in self.redactor.redact(text).splitlines())
        return f"{verb} {shlex.quote(str(path))}{body}"


class DryHost(Host):
    """Prints every effect to standard output and has no effect."""

    dry = True

    def act(self, what: str, do: Callable[[], _T], *, assumed: _T) -> _T:  # noqa: ARG002
        with self.console.paused():
            print(harmless(self.redactor.redact(what)), flush=True)
        return assumed


class LookingHost(Host):
    """Has no effect and prints none: it is for the question what a run would do."""

    dry = True

    def act(self, what: str, do: Callable[[], _T], *, assumed: _T) -> _T:  # noqa: ARG002
        return assumed
