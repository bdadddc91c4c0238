"""A server program without ci-kit, as a user starts it by hand."""

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


class BareServer:
    """The server program with its own defaults. Its datadirs lie in ``folder``: in memory, as with ci-kit."""

    def __init__(self, program: str, folder: str = MEMORY) -> None:
        self._program = program
        self._base = Path(tempfile.mkdtemp(prefix="bench-", dir=folder))
        self._user_option = ["--user=nobody"] if os.geteuid() == 0 else []
        if self._user_option:
            shutil.chown(self._base, "nobody")
        self.socket = self._base / "socket"
        self.initialised = self._base / "initialised"
        self.initialise(self.initialised)

    def remove(self) -> None:
        shutil.rmtree(self._base)

    def initialise(self, datadir: Path) -> None:
        command = [self._program, "--no-defaults", "--initialize-insecure", f"--datadir={datadir}"]
        subprocess.run(
            [*command, "--secure-file-priv=NULL", *self._user_option], check=True, capture_output=True
        )

    def boot(self, datadir: Path, password: str = "") -> subprocess.Popen[bytes]:
        """Start the server with its own defaults, and wait until it has answered a query of root."""
        options = [f"--datadir={datadir}", f"--socket={self.socket}", "--skip-networking"]
        options += [
            "--secure-file-priv=NULL",
            "--mysqlx=OFF",
            f"--pid-file={self._base}/pid",
            *self._user_option,
        ]
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
            self._give_to_server(folder)
            self.initialise(Path(folder, "data"))
            end(self.boot(Path(folder, "data")))

    def entrypoint(self) -> None:
        """Repeat the steps of the official image, with a password and a database, but without the image.

        The image reads the server's settings nine times, initialises a datadir and starts a temporary server.
        It loads the time zones with mysql_tzinfo_to_sql and creates the accounts and the database. Then it
        stops the temporary server and starts the real one. Source: docker-library/mysql,
        ``docker-entrypoint.sh`` of 9.7.
        """
        with tempfile.TemporaryDirectory(dir=self._base) as folder:
            self._give_to_server(folder)
            datadir = Path(folder, "data")
            for _ in range(9):
                command = [self._program, "--no-defaults", "--verbose", "--help", "--log-bin-index=/none/x"]
                subprocess.run([*command, f"--datadir={datadir}"], check=True, capture_output=True)
            self.initialise(datadir)
            temporary = self.boot(datadir)
            zones = subprocess.run(
                [self._program_beside_server("mysql_tzinfo_to_sql"), ZONES], check=True, capture_output=True
            ).stdout
            self._client("mysql", zones, password="")
            self._client("mysql", ACCOUNTS, password="")
            self._client("mysql", b"CREATE DATABASE IF NOT EXISTS `test`;", password=PASSWORD)
            temporary.terminate()
            temporary.wait()
            end(self.boot(datadir, PASSWORD))

    def _client(self, database: str, sql: bytes, *, password: str) -> None:
        command = [
            self._program_beside_server("mysql"),
            "--no-defaults",
            f"--socket={self.socket}",
            "--user=root",
            database,
        ]
        subprocess.run(command, input=sql, env=os.environ | {"MYSQL_PWD": password}, check=True)

    def _program_beside_server(self, name: str) -> str:
        """The path of a program from the same folder as the server, else its name for the PATH."""
        own = Path(self._program).parent / name
        return str(own) if own.exists() else name

    def _give_to_server(self, folder: str) -> None:
        if self._user_option:
            shutil.chown(folder, "nobody")


def end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
