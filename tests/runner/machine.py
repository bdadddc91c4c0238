"""Boots the image as a machine, runs commands in it, and leaves nothing behind.

The machine has only its own loopback interface. So its MySQL can use the real port 3306, whatever runs on the
host. Two machines cannot reach each other, and no test can depend on the internet. `copy_in` copies the files
that a test needs into the machine.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.runner import image, requirements

NAME_PREFIX = "ci-kit-runner-"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_HERE = Path(__file__).parent


class CommandFailedError(AssertionError):
    """A command in the machine failed. The message contains its output."""


class Machine:
    """A booted machine."""

    def __init__(self, name: str, first_process: int) -> None:
        self.name = name
        self._enter = ["nsenter", f"--target={first_process}", "--mount", "--uts", "--ipc", "--net"]
        self._enter += ["--pid", "--cgroup", "--root", "--wd", "--"]

    @staticmethod
    def build_image(server: image.ServerName = "mysql", cache: Path | None = None) -> Path:
        """The image to boot, built if it is not in the cache."""
        return image.build(server, cache)

    @classmethod
    @contextmanager
    def boot(cls, root: Path, *, disk: Path | None = None, patience: float = 90) -> Iterator[Machine]:
        """Boot a machine from the image, within `patience` seconds.

        The machine's changes are in memory and end with it. With `disk`, this folder is /mnt in the machine,
        for files that must be on a disk. Raises Unavailable, RuntimeError or TimeoutError.
        """
        requirements.to_boot()
        name = f"{NAME_PREFIX}{uuid.uuid4().hex[:8]}"
        with tempfile.TemporaryFile("w+") as console:
            process = subprocess.Popen(
                [
                    # Killing this process ends the machine. If the tests are killed, the kernel kills it.
                    *("setpriv", "--pdeathsig", "KILL"),
                    *("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"),
                    *("--mount-proc", "sh", str(_HERE / "boot.sh"), str(root), name),
                    *([f"--bind={disk}:/mnt"] if disk else []),
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                # Ctrl-C must reach only the tests; `finally` below ends the machine.
                start_new_session=True,
            )
            try:
                deadline = time.monotonic() + patience
                machine = cls(name, _first_process(process, console, deadline))
                machine._wait_until_up(console, deadline)
                yield machine
            finally:
                _end(process)
                _sweep()

    def run(
        self,
        command: str | Sequence[str],
        *,
        user: str = "runner",
        env: Mapping[str, str] | None = None,
        cwd: str = "",
        check: bool = True,
        timeout: float = 120,
        stdin: IO[bytes] | int = subprocess.DEVNULL,
    ) -> subprocess.CompletedProcess[str]:
        """Run an argv, or a script as a workflow's `run:` does (bash -e), in a clean environment.

        `timeout` is in seconds. Raises CommandFailedError if `check` is set and the exit code is not 0.
        """
        argv = ["bash", "-e", "-c", command] if isinstance(command, str) else list(command)
        home = "/root" if user == "root" else f"/home/{user}"
        environment = {"HOME": home, "USER": user, "LOGNAME": user, "SHELL": "/bin/bash", "LANG": "C.UTF-8"}
        environment |= {"PATH": f"{home}/.local/bin:{PATH}", **(env or {})}
        environ = ["env", "--ignore-environment"]
        assignments = [f"{key}={value}" for key, value in environment.items()]
        # The pipes belong to root. On a real runner, a script can open /dev/stdout and /dev/stderr.
        give_pipes = ["sh", "-c", 'chown "$0" /proc/self/fd/1 /proc/self/fd/2 && exec "$@"', user]
        switch_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        done = _run_with_timeout(
            [
                *self._enter,
                *give_pipes,
                *switch_user,
                *environ,
                f"--chdir={cwd or home}",
                *assignments,
                *argv,
            ],
            stdin,
            timeout,
        )
        if check and done.returncode:
            raise CommandFailedError(
                f"exit code {done.returncode} from {shlex.join(argv)}\n{done.stdout}\n{done.stderr}".rstrip()
            )
        return done

    def copy_in(self, source: Path, target: str, *, user: str = "runner") -> None:
        """Copy a file, or the contents of a folder, to `target`. The copy belongs to `user`."""
        if source.is_dir():
            pack = ["tar", "--create", f"--directory={source}", "."]
            unpack = 'mkdir -p "$1" && tar --extract --no-same-owner --directory="$1"'
        else:
            pack = ["cat", str(source)]
            mode = f"{source.stat().st_mode & 0o777:o}"
            unpack = f'mkdir -p "$(dirname "$1")" && cat > "$1" && chmod {mode} "$1"'
        with subprocess.Popen(pack, stdout=subprocess.PIPE) as packing:
            assert packing.stdout is not None
            self.run(["sh", "-c", unpack, "copy_in", target], user=user, stdin=packing.stdout)
        if packing.returncode:
            raise CommandFailedError(f"exit code {packing.returncode} from {shlex.join(pack)}")

    def _wait_until_up(self, console: IO[str], deadline: float) -> None:
        state = ""
        while time.monotonic() < deadline:
            # Until the bus is up, this fails with "offline" or without output. Later it waits by itself.
            asked = ["systemctl", "is-system-running", "--wait"]
            left = deadline - time.monotonic()
            state = self.run(asked, user="root", check=False, timeout=left).stdout.strip()
            if state == "running":
                return
            if state == "degraded":
                failed = self.run(["systemctl", "--failed", "--plain", "--no-legend"], user="root").stdout
                raise RuntimeError(f"units failed while the machine booted:\n{failed}")
            time.sleep(0.05)
        raise TimeoutError(
            f"the machine is not up, systemd reports {state or 'nothing'}:\n{_output(console)}"
        )


def _first_process(process: subprocess.Popen[bytes], console: IO[str], deadline: float) -> int:
    """The host's process id of the machine's PID 1, nspawn's child in another PID namespace."""
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the machine did not boot, code {process.returncode}:\n{_output(console)}")
        for nspawn in _children(process.pid):
            for child in _children(nspawn):
                if _is_first_in_machine(child):
                    return child
        time.sleep(0.02)
    raise TimeoutError(f"the machine did not boot:\n{_output(console)}")


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _is_first_in_machine(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        # Before it executes systemd, it is a copy of nspawn that still mounts file systems.
        started = Path(f"/proc/{pid}/comm").read_text().strip() == "systemd"
    except OSError:
        return False
    numbers = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
    return started and len(numbers) > 2 and numbers[-1] == "1"


def _output(console: IO[str]) -> str:
    console.seek(0)
    return console.read()[-3000:]


def _run_with_timeout(
    argv: list[str], stdin: IO[bytes] | int, timeout: float
) -> subprocess.CompletedProcess[str]:
    process = subprocess.Popen(
        argv,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except BaseException:
        # nsenter's child is in the machine, but also in this process group. It would keep the pipes open.
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=10)
        raise
    return subprocess.CompletedProcess(argv, process.returncode, stdout, stderr)


def _end(process: subprocess.Popen[bytes]) -> None:
    # The child is the first process of its PID namespace. If it is killed, the kernel kills the others, and
    # `unshare` ends after the last one.
    for child in _children(process.pid) or [process.pid]:
        os.kill(child, signal.SIGKILL)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def _sweep() -> None:
    unshare = ["unshare", "--mount", "--propagation", "private"]
    subprocess.run([*unshare, "sh", str(_HERE / "sweep.sh"), NAME_PREFIX], check=False, timeout=60)
