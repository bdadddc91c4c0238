"""A machine's database service, and ci-kit called on that machine as its user would."""

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
"""The password that the tests want for root."""

_PACKAGES, _REPOSITORY, _PROJECT = (f"{HOME}/{name}" for name in ("packages", "repository", "project"))
PYTHONPATH = f"{_PACKAGES}:{_REPOSITORY}"
_PRISTINE = "/var/lib/pristine"
_ADDED = "/etc/mysql/conf.d/by-a-test.cnf"
_OWNED = {"CI_KIT_DISPOSABLE_MACHINE": "true"}


@dataclass(frozen=True)
class Served:
    """A machine whose service is there to be changed; tests begin with :meth:`known` or :meth:`stop`."""

    machine: Machine
    server: ServerName
    other = f"{HOME}/other"
    """The folder of a second project."""

    def carry_in(self, packages: Path) -> None:
        """Bring ci-kit and what it needs, and keep the data the service has before its first start."""
        self.machine.copy_in(packages, _PACKAGES)
        self.machine.copy_in(ROOT / "ci_kit", f"{_REPOSITORY}/ci_kit")
        self.machine.run(["mkdir", "-p", _PROJECT, self.other])
        self.machine.run(["cp", "--archive", self._data, _PRISTINE], user="root")

    @property
    def environ(self) -> dict[str, str]:
        """Of a call on a machine that may be changed, but for its clock."""
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
        """Call it to its end, ``within`` another command if need be; ``code`` is the expected exit code."""
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
        """What the server answers, as the client program prints it. Raises CommandFailedError."""
        client = "mysql" if self.server == "mysql" else "mariadb"
        place = ["--host=127.0.0.1", "--protocol=tcp"] if protocol == "tcp" else ["--protocol=socket"]
        words = [client, *place, f"--user={user}", "--batch", "--skip-column-names", f"--execute={text}"]
        return self.root(words, env={"MYSQL_PWD": password}).strip()

    def root(self, command: str | list[str], env: Mapping[str, str] | None = None) -> str:
        """What a command of the machine's root prints."""
        return self.machine.run(command, user="root", env=env).stdout

    def known(self) -> None:
        """See to it that the service is up on its own settings, and root's password is the wanted one."""
        self.project("")
        self.root(f"systemctl start {self.server}")
        if not self._takes(PASSWORD):
            self.restore()
            self.root(f"systemctl start {self.server}")
            stock = "root" if self.server == "mysql" else ""
            change = f"ALTER USER root@localhost IDENTIFIED BY '{PASSWORD.replace(chr(39), 2 * chr(39))}'"
            self.sql(change, password=stock)

    def stop(self) -> None:
        """See to it that the service is down."""
        self.project("")
        self.root(f"systemctl stop {self.server}")

    def restore(self) -> None:
        """Bring back the stopped service as the image had it."""
        # Its data are thrown away: there is nothing for the server to put in order.
        self.root(f"systemctl kill --signal=KILL {self.server} || true; systemctl stop {self.server}")
        self.root(f"rm -rf {self._data} {_ADDED} {HOME}/.cache && cp --archive {_PRISTINE} {self._data}")
        self.root("rm -f /etc/mysql/*/zz-ci-kit*")
        self.root(["systemctl", "reset-failed"])

    def configure(self, lines: str) -> None:
        """Give the server settings of its own, beside ci-kit's; restore() removes them."""
        self.root(["sh", "-c", f'printf "%s\\n" "[mysqld]" "$0" > {_ADDED}', lines])

    def project(self, pyproject: str) -> None:
        """Give the project a pyproject.toml."""
        self.machine.run(["sh", "-c", f'printf %s "$0" > {_PROJECT}/pyproject.toml', pyproject])

    @property
    def drop_in(self) -> str:
        """The file of settings that ci-kit adds."""
        folder = "mysql.conf.d" if self.server == "mysql" else "mariadb.conf.d"
        return f"/etc/mysql/{folder}/zz-ci-kit.cnf"

    @property
    def is_up(self) -> bool:
        asked = ["systemctl", "is-active", "--quiet", self.server]
        return self.machine.run(asked, check=False).returncode == 0

    @property
    def left(self) -> str:
        """The files of ci-kit's that are on the machine now."""
        places = f"/etc/mysql {HOME}/.cache/ci-kit/servers /root/.cache/ci-kit/servers"
        return self.root(f"find {places} -type f -path '*ci-kit*' 2> /dev/null || true")

    @property
    def _data(self) -> str:
        return f"/var/lib/{self.server}"

    def _takes(self, password: str) -> bool:
        try:
            # The socket may let the machine's root in by any.
            self.sql("DO 0", password=password, protocol="tcp")
        except CommandFailedError:
            return False
        return True
