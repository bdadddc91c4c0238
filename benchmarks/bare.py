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
ZONES = "/usr/share/zoneinfo"
PASSWORD = "a password"  # noqa: S105
ACCOUNTS = f"""\
ALTER USER 'root'@'localhost' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION;
FLUSH PRIVILEGES;
CREATE USER 'root'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
DROP DATABASE IF EXISTS test;
""".encode()


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

    def boot(self, datadir: Path, password: str = "") -> subprocess.Popen[bytes]:
        """Start the server with its own defaults, and come back when it has answered root's query."""
        options = [f"--datadir={datadir}", f"--socket={self.socket}", "--skip-networking"]
        options += ["--secure-file-priv=NULL", "--mysqlx=OFF", f"--pid-file={self._base}/pid", *self._as]
        devnull = subprocess.DEVNULL
        child = subprocess.Popen([self._program, "--no-defaults", *options], stdout=devnull, stderr=devnull)
        self._await(password)
        return child

    def _await(self, password: str) -> None:
        login = {"unix_socket": str(self.socket), "user": "root", "password": password}
        while True:
            with suppress(Error), connect(**login, use_pure=True) as connection:
                connection.cmd_query("SELECT 1")
                return
            time.sleep(0.01)

    def initialise_and_boot(self) -> None:
        with tempfile.TemporaryDirectory(dir=self._base) as folder:
            self._own(folder)
            self.initialise(Path(folder, "data"))
            end(self.boot(Path(folder, "data")))

    def entrypoint(self) -> None:
        """What the official image does until it is ready, for a password and a database, without the image.

        It asks the server for its settings nine times, initialises, starts a temporary server, loads the time
        zones by the server's own program, makes the accounts and the database, shuts down, and boots. Source:
        docker-library/mysql, ``docker-entrypoint.sh`` of 9.7.
        """
        with tempfile.TemporaryDirectory(dir=self._base) as folder:
            self._own(folder)
            datadir = Path(folder, "data")
            for _ in range(9):
                command = [self._program, "--no-defaults", "--verbose", "--help", "--log-bin-index=/none/x"]
                subprocess.run([*command, f"--datadir={datadir}"], check=True, capture_output=True)
            self.initialise(datadir)
            temporary = self.boot(datadir)
            zones = subprocess.run(
                [self._beside("mysql_tzinfo_to_sql"), ZONES], check=True, capture_output=True
            ).stdout
            self._client("mysql", zones, password="")
            self._client("mysql", ACCOUNTS, password="")
            self._client("mysql", b"CREATE DATABASE IF NOT EXISTS `test`;", password=PASSWORD)
            temporary.terminate()
            temporary.wait()
            end(self.boot(datadir, PASSWORD))

    def _client(self, database: str, sql: bytes, *, password: str) -> None:
        command = [self._beside("mysql"), "--no-defaults", f"--socket={self.socket}", "--user=root", database]
        subprocess.run(command, input=sql, env=os.environ | {"MYSQL_PWD": password}, check=True)

    def _beside(self, name: str) -> str:
        """A program that came with the server."""
        own = Path(self._program).parent / name
        return str(own) if own.exists() else name

    def _own(self, folder: str) -> None:
        if self._as:
            shutil.chown(folder, "nobody")


def end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
