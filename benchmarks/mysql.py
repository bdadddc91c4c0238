"""The time until a server answers a query, four ways, with the same server program."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from mysql.connector import Error, connect

from benchmarks.side_by_side import measure, table
from ci_kit.console import Console
from ci_kit.host import Host
from ci_kit.mysql.private import PrivateServer
from ci_kit.settings import load_settings

MEMORY = "/dev/shm"  # noqa: S108


class Bare:
    """The server program by itself, on datadirs in memory as ci-kit has them."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._base = Path(tempfile.mkdtemp(prefix="bench-", dir=MEMORY))
        self._as = ["--user=nobody"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self._base, "nobody")
        self.initialised = self._base / "initialised"
        self.initialise(self.initialised)

    def remove(self) -> None:
        shutil.rmtree(self._base)

    def initialise(self, datadir: Path) -> None:
        command = [self._program, "--no-defaults", "--initialize-insecure", f"--datadir={datadir}"]
        subprocess.run([*command, "--secure-file-priv=NULL", *self._as], check=True, capture_output=True)

    def boot(self, datadir: Path) -> subprocess.Popen[bytes]:
        """Start the server with its own defaults, and come back when it has answered a query."""
        socket = self._base / "socket"
        command = [
            self._program,
            "--no-defaults",
            f"--datadir={datadir}",
            f"--socket={socket}",
            "--skip-networking",
        ]
        options = ["--secure-file-priv=NULL", "--mysqlx=OFF", f"--pid-file={self._base}/pid", *self._as]
        devnull = subprocess.DEVNULL
        child = subprocess.Popen([*command, *options], stdout=devnull, stderr=devnull)
        while True:
            with suppress(Error), connect(unix_socket=str(socket), user="root", use_pure=True) as connection:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mysqld", default="", help="the server program; the first one found by default")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    host = Host(Console(verbosity=-1))
    with tempfile.TemporaryDirectory() as project:
        settings = load_settings(Path(project), {}, {"mysqld": given.mysqld or None})

        def private() -> None:
            server = PrivateServer(host, settings, "password")
            try:
                server.start()
                server.ready()
            finally:
                server.stop()

        bare = Bare(given.mysqld or host.which("mysqld") or "mysqld")
        try:
            ways = {
                "bare server on an initialised datadir": lambda: end(bare.boot(bare.initialised)),
                "ci-kit, password and database included": private,
                "initialise and boot": bare.initialise_and_boot,
                "the image's entrypoint: initialise, set up, boot": bare.entrypoint,
            }
            taken = measure(ways, given.rounds)
        finally:
            bare.remove()
    print(table(taken, "bare server on an initialised datadir"))


if __name__ == "__main__":
    main()
