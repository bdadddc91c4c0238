"""The variables of an activated environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ci_kit.testing.activation import activation, changes
from ci_kit.testing.python import inspect_project
from tests.support.waiting import LIMIT
from tests.unit.support import make_host, make_settings
from tests.unit.testing.environments import make_environment


def test_an_environment_is_activated_as_by_its_script() -> None:
    found = activation("/e", "/usr", {"PATH": "/bin", "PYTHONHOME": "/usr"})
    assert found == {"VIRTUAL_ENV": "/e", "PATH": "/e/bin:/bin", "PYTHONHOME": None}


@pytest.mark.parametrize(
    ("prefix", "base", "environ"),
    [
        # The machine's Python.
        ("/usr", "/usr", {"PATH": "/bin"}),
        # Active already.
        ("/e", "/usr", {"PATH": "/e/bin:/bin", "VIRTUAL_ENV": "/e"}),
    ],
)
def test_nothing_changes_where_there_is_nothing_to_activate(
    prefix: str, base: str, environ: dict[str, str]
) -> None:
    assert activation(prefix, base, environ) == {}


def test_another_active_environment_is_replaced() -> None:
    found = activation("/e", "/usr", {"PATH": "/other/bin:/bin", "VIRTUAL_ENV": "/other"})
    assert found == {"VIRTUAL_ENV": "/e", "PATH": "/e/bin:/other/bin:/bin"}


def test_an_environment_of_conda_is_activated(tmp_path: Path) -> None:
    make_environment(tmp_path, mark="conda-meta/history")
    found = activation(str(tmp_path), str(tmp_path), {"PATH": "/bin"})
    assert found == {"CONDA_PREFIX": str(tmp_path), "PATH": f"{tmp_path}/bin:/bin"}


def test_the_changes_of_a_program() -> None:
    before = {"KEPT": "1", "SET": "1", "REMOVED": "1", "PWD": "/a", "SHLVL": "1"}
    after = {"KEPT": "1", "SET": "2", "NEW": "3", "PWD": "/b", "SHLVL": "2", "_": "x"}
    assert changes(before, after) == {"SET": "2", "NEW": "3", "REMOVED": None}


def test_the_tests_run_in_the_activated_environment_and_messages_do_not_show_it(tmp_path: Path) -> None:
    environment = tmp_path / ".venv"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", environment],
        check=True,
        timeout=LIMIT,
    )
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n", encoding="utf-8")
    host = make_host(verbosity=1)
    project = inspect_project(host, make_settings(tmp_path))
    script = (
        "import json, os, shutil;"
        " print(json.dumps([os.environ['VIRTUAL_ENV'], shutil.which('python'), os.environ['A']]))"
    )
    command = project.command(["-c", script], cwd=tmp_path, env={"A": "b"})
    assert json.loads(host.run(command).stdout) == [str(environment), f"{environment}/bin/python", "b"]
    assert str(command).startswith(f"cd {tmp_path} && env A=b {environment}/bin/python -c ")
