"""A server program by itself, as somebody would start it by hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from mysql.connector import Error, connect

MEMORY = "/dev/shm"  # noqa: S108


class Bare:
    """The server program by itself, with its own defaults, on datadirs in a folder: in memory as ci-kit's."""

    def __init__(self, program: str, folder: str = MEMORY) -> None:
        self._program = program
        self._base = Path(tempfile.mkdtemp(prefix="bench-", dir=folder))
        self._as = ["--user=nobody"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self._base, "nobody")
        self.socket = self._base / "socket"
        self.initialised = self._base / "initialised"
        self.initialise(self.initialised)

    def remove(self) -> None:
        shutil.rmtree(self._base)

    def initialise(self, datadir: Path) -> None:
        command = [self._program, "--no-defaults", "--initialize-insecure", f"--datadir={datadir}"]
        subprocess.run([*command, "--secure-file-priv=NULL", *self._as], check=True, capture_output=True)

    def boot(self, datadir: Path) -> subprocess.Popen[bytes]:
        """Start the server with its own defaults, and come back when it has answered a query."""
        command = [
            self._program,
            "--no-defaults",
            f"--datadir={datadir}",
            f"--socket={self.socket}",
            "--skip-networking",
        ]
        options = ["--secure-file-priv=NULL", "--mysqlx=OFF", f"--pid-file={self._base}/pid", *self._as]
        devnull = subprocess.DEVNULL
        child = subprocess.Popen([*command, *options], stdout=devnull, stderr=devnull)
        while True:
            with (
                suppress(Error),
                connect(unix_socket=str(self.socket), user="root", use_pure=True) as connection,
            ):
                connection.cmd_query("SELECT 1")
                return child
            time.sleep(0.01)

    def initialise_and_boot(self) -> None:
        with tempfile.TemporaryDirectory(dir=self._base) as folder:
            self._own(folder)
            self.initialise(Path(folder, "data"))
            end(self.boot(Path(folder, "data")))

    def entrypoint(self) -> None:
        """The official image's sequence: initialise, set up in a temporary server, shut that down, boot."""
        with tempfile.TemporaryDirectory(dir=self._base) as folder:
            self._own(folder)
            self.initialise(Path(folder, "data"))
            temporary = self.boot(Path(folder, "data"))
            temporary.terminate()
            temporary.wait()
            end(self.boot(Path(folder, "data")))

    def _own(self, folder: str) -> None:
        if self._as:
            shutil.chown(folder, "nobody")


def end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
