"""A stock server, as a developer starts it by hand: its program, its own defaults and one password."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mysql.connector import Error, connect

from benchmarks.bare import MEMORY

HOST = "127.0.0.1"
PASSWORD = "suites"  # noqa: S105
_BOOT_TIMEOUT = 60
# MySQL does not start without its folder for LOAD DATA INFILE, which only an installed server has.
_NO_FILE_FOLDER = "--secure-file-priv=NULL"


def free_port() -> int:
    """A TCP port that no process uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


class StockServer:
    """A server program with an initialised datadir in memory, as ci-kit's private server has it."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._base = Path(tempfile.mkdtemp(prefix="suites-", dir=MEMORY))
        self._datadir = self._base / "data"
        self._owner = "nobody" if os.geteuid() == 0 else ""
        if self._owner:
            shutil.chown(self._base, self._owner)
        try:
            self._initialise()
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        shutil.rmtree(self._base)

    def _initialise(self) -> None:
        if self._is_mariadb:
            installer = self._program.parent / "mariadb-install-db"
            path = str(installer) if installer.exists() else "mariadb-install-db"
            command = [path, "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]
        else:
            command = [str(self._program), "--no-defaults", "--initialize-insecure", _NO_FILE_FOLDER]
        subprocess.run([*command, f"--datadir={self._datadir}", *self._user], check=True, capture_output=True)

    @property
    def _is_mariadb(self) -> bool:
        return self._program.name.startswith("mariadb")

    @property
    def _user(self) -> list[str]:
        return [f"--user={self._owner}"] if self._owner else []

    @contextmanager
    def running(
        self, port: int, lines: Sequence[str] = (), databases: Sequence[str] = (), user: str = "root"
    ) -> Iterator[None]:
        """Start it with these lines of a my.cnf, and create the databases and a user of them."""
        command = [
            *(str(self._program), "--no-defaults", f"--datadir={self._datadir}", f"--port={port}"),
            *(f"--socket={self._base}/socket", f"--pid-file={self._base}/pid", f"--bind-address={HOST}"),
            *self._user,
            *(() if self._is_mariadb else ("--mysqlx=OFF", _NO_FILE_FOLDER)),
            *(f"--{line}" for line in lines),
        ]
        with (self._base / "output").open("wb") as output:
            environ = os.environ | {"TZ": "UTC"}
            child = subprocess.Popen(command, stdout=output, stderr=output, env=environ)
        try:
            self._prepare(child, databases, user)
            yield
        finally:
            child.terminate()
            child.wait()

    def _prepare(self, child: subprocess.Popen[bytes], databases: Sequence[str], user: str) -> None:
        deadline = time.monotonic() + _BOOT_TIMEOUT
        while True:
            try:
                self._query([f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{PASSWORD}'"], "root", "")
                break
            except Error:
                if child.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._base / "output").read_text(errors="replace")[-3000:]) from None
                time.sleep(0.01)
        statements = [f"CREATE DATABASE `{database}`" for database in databases]
        if user != "root":
            statements.append(f"CREATE USER '{user}'@'%' IDENTIFIED BY '{PASSWORD}'")
            statements += [f"GRANT ALL ON `{database}`.* TO '{user}'@'%'" for database in databases]
        self._query(statements, "root", PASSWORD)
        # Logins with the password are cached from here on, as after a developer's first login.
        self._query([], user, PASSWORD)

    def _query(self, statements: Sequence[str], user: str, password: str) -> None:
        login = {"unix_socket": str(self._base / "socket"), "user": user, "password": password}
        with connect(**login, use_pure=True) as connection:
            for statement in statements:
                connection.cmd_query(statement)
