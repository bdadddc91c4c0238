"""ci-kit finds the environments that the real package managers make.

Each test types the command of ci-kit's own message, and compares the Python of the tests with the Python
that the manager itself runs.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from ci_kit.errors import UnavailableError
from ci_kit.testing.python import inspect_project
from ci_kit.testing.search import find_interpreter
from tests.support.waiting import LIMIT
from tests.unit.managers.projects import MANAGERS, PROJECT, Manager
from tests.unit.support import ALONE, ci_kit, make_host, make_settings, write

REPORT = (
    "import json, os, shutil, sys;"
    " print(json.dumps([sys.executable, sys.prefix, os.environ.get('VIRTUAL_ENV'), shutil.which('python'),"
    " os.environ.get('FROM_PROJECT')]))"
)


every_manager = pytest.mark.parametrize(
    "manager", MANAGERS, ids=lambda manager: manager.program + ("-variables" if manager.variable else "")
)


class Machine:
    """A machine with the managers' programs, a home and a repository. It counts the programs' starts."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._log = folder / "starts"
        self.project = folder / "repository"
        self.started: list[str] = []
        for program in ("poetry", "uv", "pdm", "pipenv", "hatch", "tox", "nox"):
            script = f'#!/bin/sh\necho {program} >> {self._log}\nexec {programs}/{program} "$@"\n'
            write(folder / "bin", {program: script})
            (folder / "bin" / program).chmod(0o755)
        self.home("home")

    def home(self, name: str) -> None:
        """Move to another home folder, where the managers have no environments."""
        home = self._folder / name
        home.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "UV_"))}
        path = f"{self._folder}/bin:{Path(sys.base_prefix, 'bin')}:/usr/bin:/bin"
        self.environ = kept | {"HOME": str(home), "PATH": path, "PIPENV_NOSPIN": "1", "NO_COLOR": "1"}

    def type(self, command: str) -> str:
        """Run a command as in a shell in the project's folder; gives its output."""
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.project,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def starts(self) -> list[str]:
        """The programs that were started since the last call."""
        started = self._log.read_text(encoding="utf-8").split() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return started

    def environments(self) -> list[Path]:
        return list(self._folder.rglob("pyvenv.cfg"))


@pytest.fixture
def machine(tmp_path: Path, programs: Path) -> Machine:
    return Machine(tmp_path, programs)


def lend_pytest(prefix: str) -> None:
    """Let an environment import the pytest of this one, without the time of an installation."""
    (packages,) = Path(prefix).glob("lib/python*/site-packages")
    write(packages, {"lent.pth": sysconfig.get_path("purelib") + "\n"})


def report_of(machine: Machine, command: str) -> list[str | None]:
    """What the Python reports that a command runs. The command's words end before the word python."""
    output = machine.type(f"{command}python -c {shlex.quote(REPORT)}")
    found: list[str | None] = json.loads(output.splitlines()[-1])
    return found


def report_of_project(machine: Machine) -> list[str | None]:
    """What the Python reports that ci-kit runs."""
    host = make_host(machine.environ)
    project = inspect_project(host, make_settings(machine.project))
    before = machine.starts()
    found: list[str | None] = json.loads(
        host.run(project.command(["-c", REPORT], cwd=machine.project)).stdout
    )
    assert machine.starts() == []
    machine.started = before
    return found


def told_command(machine: Machine) -> str:
    """The command of ci-kit's message, which a dry run shows too. The search makes no environment."""
    before = machine.environments()
    with pytest.raises(UnavailableError, match="the project's environment does not exist") as caught:
        inspect_project(make_host(machine.environ, dry=True), make_settings(machine.project))
    assert machine.environments() == before
    told = re.search(r"type `(.*)` in (.*), or set", caught.value.todo)
    assert told
    assert told[2] == str(machine.project)
    return told[1]


@every_manager
def test_the_environment_of_a_manager_is_found(manager: Manager, machine: Machine) -> None:
    write(machine.project, manager.files)
    if manager.lock:
        machine.type(manager.lock)
        # `poetry lock` and `pdm lock` make an environment.
        machine.home("another")
        machine.type("rm -rf .venv .pdm-python")
    machine.type(manager.create or told_command(machine))
    expected = report_of(machine, manager.run)
    lend_pytest(str(expected[1]))
    machine.starts()
    assert report_of_project(machine) == expected
    assert machine.started == [manager.program] * manager.starts
    assert expected[-1] == manager.variable


def test_poetry_without_environments_runs_its_own_python(machine: Machine) -> None:
    write(machine.project, {**MANAGERS[0].files, "poetry.toml": "[virtualenvs]\ncreate = false\n"})
    write(machine.project, {"poetry.lock": ""})
    found = find_interpreter(make_host(machine.environ), make_settings(machine.project))
    assert found.command == ("poetry", "run", "python")


@pytest.mark.parametrize("table", ["test", "default"])
def test_a_dry_run_makes_no_environment_of_hatch(table: str, machine: Machine) -> None:
    write(machine.project, {"pyproject.toml": f"{PROJECT}[tool.hatch.envs.{table}]\nskip-install = true\n"})
    project = inspect_project(make_host(machine.environ, dry=True), make_settings(machine.project))
    assert project.python[0] == "hatch"
    assert machine.environments() == []
    assert machine.starts() == []


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("test", "test.py{}"),
        ("hatch-test", "hatch-test.py{}"),
    ],
)
def test_an_environment_of_hatch_s_matrix_is_found(name: str, environment: str, machine: Machine) -> None:
    version = "{}.{}".format(*sys.version_info)
    table = (
        f"[tool.hatch.envs.{name}]\nskip-install = true\ndependencies = []\n"
        f"[[tool.hatch.envs.{name}.matrix]]\npython = ['{version}']\n"
    )
    write(machine.project, {"pyproject.toml": PROJECT + table})
    created = environment.format(version)
    machine.type(f"hatch env create {created}")
    found = find_interpreter(make_host(machine.environ), make_settings(machine.project))
    assert found.command == (f"{machine.type(f'hatch env find {created}').strip()}/bin/python",)


def test_a_run_says_which_python_it_took_and_starts_the_manager_once(machine: Machine) -> None:
    write(machine.project, {**MANAGERS[0].files, "test_a.py": "def test_a(): ...\n", ".git/HEAD": ""})
    machine.type("poetry lock && poetry install")
    (_, prefix, *_) = report_of(machine, "poetry run ")
    lend_pytest(str(prefix))
    machine.starts()
    done = ci_kit("run", "-C", machine.project, "--mysql", "off", env=machine.environ | ALONE)
    assert done.returncode == 0, done.stderr
    version = ".".join(map(str, sys.version_info[:3]))
    assert f"\npython     {version}, {prefix}/bin/python (Poetry, poetry.lock), " in done.stderr
    assert machine.starts() == ["poetry"]


@pytest.mark.parametrize("package", ["packages/api", "packages/web"])
def test_a_package_of_a_workspace_uses_the_environment_at_its_root(package: str, machine: Machine) -> None:
    member = '[project]\nname = "{}"\nversion = "0"\nrequires-python = ">=3.11"\n'
    workspace = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    names = ("api", "web")
    write(
        machine.project,
        {"pyproject.toml": PROJECT + workspace, f"{package}/test_a.py": "def test_a(): ...\n"}
        | {f"packages/{name}/pyproject.toml": member.format(name) for name in names},
    )
    machine.type("uv sync")
    lend_pytest(str(machine.project / ".venv"))
    done = ci_kit("run", "-C", machine.project / package, "--mysql", "off", env=machine.environ | ALONE)
    assert done.returncode == 0, done.stderr
    assert f"{machine.project}/.venv/bin/python (uv, ../../uv.lock)\n" in done.stderr
