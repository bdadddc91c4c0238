"""A machine's database service, and ci-kit on that machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import Answer
from tests.runner.image import ServerName
from tests.runner.machine import CommandFailedError, Machine
from tests.support.workflow import ROOT

HOME = "/home/runner"
PASSWORD = "it's 1234"
"""The password that the tests set for root."""

_PACKAGES, _REPOSITORY, _PROJECT = (f"{HOME}/{name}" for name in ("packages", "repository", "project"))
PYTHONPATH = f"{_PACKAGES}:{_REPOSITORY}"
_PRISTINE = "/var/lib/pristine"
_ADDED = "/etc/mysql/conf.d/by-a-test.cnf"
_OWNED = {"CI_KIT_DISPOSABLE_MACHINE": "true"}


@dataclass(frozen=True)
class Served:
    """A machine whose service the tests change. A test begins with `run_with_password` or `stop`."""

    machine: Machine
    server: ServerName
    other = f"{HOME}/other"
    """The folder of a second project."""

    def carry_in(self, packages: Path) -> None:
        """Copy ci-kit and its dependencies in, and save the data of the service before its first start."""
        self.machine.copy_in(packages, _PACKAGES)
        self.machine.copy_in(ROOT / "ci_kit", f"{_REPOSITORY}/ci_kit")
        self.machine.run(["mkdir", "-p", _PROJECT, self.other])
        self.machine.run(["cp", "--archive", self._data, _PRISTINE], user="root")

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a call. It allows every change of the machine, except of its time zone."""
        return {
            "PYTHONPATH": PYTHONPATH,
            "CI_KIT_SYSTEM_TIMEZONE": "false",
            "MYSQL_PASSWORD": PASSWORD,
            **_OWNED,
        }

    def ci_kit(
        self,
        *words: str,
        env: Mapping[str, str] | None = None,
        code: int | None = None,
        owned: bool = True,
        user: str = "runner",
        within: tuple[str, ...] = (),
    ) -> Answer:
        """Run ci-kit and wait for its end.

        ``within`` is a command that starts ci-kit. ``code`` is the expected exit code. Without ``owned``,
        the machine counts as a laptop.
        """
        environ = {name: value for name, value in self.environ.items() if owned or name not in _OWNED} | dict(
            env or {}
        )
        done = self.machine.run(
            [*within, "python3", "-m", "ci_kit", *words], user=user, env=environ, cwd=_PROJECT, check=False
        )
        answer = Answer(done.returncode, done.stdout, done.stderr)
        assert code is None or answer.code == code, answer.text
        return answer

    def sql(
        self, text: str, *, password: str = PASSWORD, user: str = "root", protocol: str = "socket"
    ) -> str:
        """The result of a query, as the client program prints it. Raises CommandFailedError."""
        client = "mysql" if self.server == "mysql" else "mariadb"
        place = ["--host=127.0.0.1", "--protocol=tcp"] if protocol == "tcp" else ["--protocol=socket"]
        words = [client, *place, f"--user={user}", "--batch", "--skip-column-names", f"--execute={text}"]
        return self.root(words, env={"MYSQL_PWD": password}).strip()

    def root(self, command: str | list[str], env: Mapping[str, str] | None = None) -> str:
        """Run a command as the machine's root, and return what it prints."""
        return self.machine.run(command, user="root", env=env).stdout

    def run_with_password(self) -> None:
        """Make sure that the service runs with its own settings, and that root has the tests' password."""
        self.project("")
        self.root(f"systemctl start {self.server}")
        if not self._accepts(PASSWORD):
            self.restore()
            self.root(f"systemctl start {self.server}")
            stock = "root" if self.server == "mysql" else ""
            change = f"ALTER USER root@localhost IDENTIFIED BY '{PASSWORD.replace(chr(39), 2 * chr(39))}'"
            self.sql(change, password=stock)

    def stop(self) -> None:
        """Make sure that the service is stopped."""
        self.project("")
        self.root(f"systemctl stop {self.server}")

    def restore(self) -> None:
        """Stop the service, and restore the data and settings of the image."""
        # A clean shutdown is not needed, because the data is deleted.
        self.root(f"systemctl kill --signal=KILL {self.server} || true; systemctl stop {self.server}")
        self.root(f"rm -rf {self._data} {_ADDED} {HOME}/.cache && cp --archive {_PRISTINE} {self._data}")
        self.root("rm -f /etc/mysql/*/zz-ci-kit*")
        self.root(["systemctl", "reset-failed"])

    def configure(self, lines: str) -> None:
        """Add settings to the server, independent of ci-kit's. restore() removes them."""
        self.root(["sh", "-c", f'printf "%s\\n" "[mysqld]" "$0" > {_ADDED}', lines])

    def project(self, pyproject: str) -> None:
        """Write the project's pyproject.toml."""
        self.machine.run(["sh", "-c", f'printf %s "$0" > {_PROJECT}/pyproject.toml', pyproject])

    @property
    def drop_in(self) -> str:
        """The path of the option file that ci-kit adds."""
        folder = "mysql.conf.d" if self.server == "mysql" else "mariadb.conf.d"
        return f"/etc/mysql/{folder}/zz-ci-kit.cnf"

    @property
    def is_up(self) -> bool:
        asked = ["systemctl", "is-active", "--quiet", self.server]
        return self.machine.run(asked, check=False).returncode == 0

    @property
    def leftovers(self) -> str:
        """The paths of ci-kit's files on the machine."""
        places = f"/etc/mysql {HOME}/.cache/ci-kit/servers /root/.cache/ci-kit/servers"
        return self.root(f"find {places} -type f -path '*ci-kit*' 2> /dev/null || true")

    @property
    def _data(self) -> str:
        return f"/var/lib/{self.server}"

    def _accepts(self, password: str) -> bool:
        try:
            # Over the socket, the machine's root can log in with any password.
            self.sql("DO 0", password=password, protocol="tcp")
        except CommandFailedError:
            return False
        return True
