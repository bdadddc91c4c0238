"""The action's scripts: what they start, what they trust, and how they report that they cannot start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ci_kit.github import TOKEN_VARIABLE
from tests.support.waiting import LIMIT
from tests.unit.support import ROOT, SELF_HOSTED, file_command, python, python_with, write


@pytest.mark.parametrize("command", ["render", "run; id", "mysql  up", "\n::add-mask::x", "##[add-mask]x"])
def test_the_action_refuses_a_command_it_does_not_have(command: str, tmp_path: Path) -> None:
    done = python(ROOT / "action/main.py", env={"CI_KIT_COMMAND": command} | step_files(tmp_path))
    assert done.returncode == 64
    assert done.stdout.startswith("::error title=ci-kit::the input command is ")
    assert done.stdout.count("\n") == 1
    assert file_command((tmp_path / "output").read_text()) == {"outcome": "error"}
    assert f"the input command is {command!r}\n" in (tmp_path / "summary").read_text()


def test_the_action_says_that_its_dependencies_cannot_be_installed(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    env = {"RUNNER_TEMP": str(tmp_path / "temporary"), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    done = python(ROOT / "action/main.py", env=env | step_files(tmp_path))
    assert done.returncode == 69
    assert "::error title=ci-kit::pip could not install ci-kit's own dependencies%0A" in done.stdout
    assert list((tmp_path / "temporary").iterdir()) == []
    assert file_command((tmp_path / "output").read_text()) == {"outcome": "error"}
    assert "pip could not install" in (tmp_path / "summary").read_text()


def step_files(folder: Path) -> dict[str, str]:
    """The variables of a step, with its files in a folder."""
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    return SELF_HOSTED | files


def shell(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """The action's script where these programs are all there is."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "dirname").symlink_to("/usr/bin/dirname")
    return subprocess.run(
        ["/bin/bash", ROOT / "action/main.sh"],
        env={"PATH": str(programs)} | env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )


def test_a_runner_without_python_is_told_what_to_add(tmp_path: Path) -> None:
    done = shell(tmp_path, **step_files(tmp_path))
    assert done.returncode == 69
    assert "add actions/setup-python before ci-kit" in done.stdout
    assert done.stdout.startswith("::error title=ci-kit::")
    assert file_command((tmp_path / "output").read_text()) == {"outcome": "error"}
    assert "add actions/setup-python" in (tmp_path / "summary").read_text()


def test_the_python_of_a_runner_s_tool_cache_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "tools/Python/3.12.1/x64/bin"
    folder.mkdir(parents=True)
    (folder / "python3").symlink_to(sys.executable)
    done = shell(tmp_path, RUNNER_TOOL_CACHE=str(tmp_path / "tools"), CI_KIT_COMMAND="none such")
    assert done.returncode == 64
    assert "the input command is 'none such'" in done.stderr


EVIL = "import os; open(os.environ['MARKER'], 'w').close()\n"
# A pip that "installs" what the action needs: click is a module that ends ci-kit's start with 99.
PIP = """\
import pathlib, sys
if "--target" in sys.argv:
    folder = pathlib.Path(sys.argv[sys.argv.index("--target") + 1])
    folder.mkdir(parents=True)
    (folder / "click.py").write_text("raise SystemExit(99)")
"""


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """The file that a module of the project writes if the action runs it."""
    return tmp_path / "marker"


@pytest.mark.parametrize("module", ["pip", "hashlib", "click", "sitecustomize"])
@pytest.mark.parametrize("variable", ["PYTHONPATH", "PYTHONHOME"])
def test_no_module_and_no_variable_of_the_project_reaches_the_action(
    module: str, variable: str, tmp_path: Path, marker: Path
) -> None:
    interpreter = python_with(tmp_path / "venv", {"pip.py": PIP})
    project = write(tmp_path / "project", {f"{module}.py": EVIL})
    (tmp_path / "temporary").mkdir()
    done = start(
        interpreter,
        {variable: str(project), "MARKER": str(marker), "RUNNER_TEMP": str(tmp_path / "temporary")},
        cwd=project,
    )
    assert done.returncode == 99, done.stderr
    assert not marker.exists()


def test_pip_does_not_get_the_token(tmp_path: Path, marker: Path) -> None:
    seen = "import os\nopen(os.environ['MARKER'], 'w').write(str(sorted(os.environ)))\n"
    interpreter = python_with(
        tmp_path / "venv",
        {"pip.py": f"import sys\nif '--target' in sys.argv:\n    import show\n{PIP}", "show.py": seen},
    )
    (tmp_path / "temporary").mkdir()
    env = {"MARKER": str(marker), "RUNNER_TEMP": str(tmp_path / "temporary"), TOKEN_VARIABLE: "secret"}
    start(interpreter, env)
    assert "RUNNER_TEMP" in marker.read_text()
    assert TOKEN_VARIABLE not in marker.read_text()


def of_another_user(folder: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder to another user")
    os.chown(folder, 65534, -1)


def writable_for_others(folder: Path) -> None:
    folder.chmod(0o777)


def a_link(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


@pytest.mark.parametrize("plant", [of_another_user, writable_for_others, a_link])
def test_dependencies_that_another_user_could_have_planted_are_not_used(
    plant: Callable[[Path], None], tmp_path: Path, marker: Path
) -> None:
    interpreter = python_with(tmp_path / "venv", {"pip.py": PIP})
    base = tmp_path / "temporary"
    base.mkdir()
    env = {"MARKER": str(marker), "RUNNER_TEMP": str(base)}
    assert start(interpreter, env).returncode == 99
    (folder,) = base.iterdir()
    write(folder, {"click.py": EVIL + "raise SystemExit(98)\n"})
    # What this user has installed is used again.
    assert start(interpreter, env).returncode == 98
    marker.unlink()
    plant(folder)
    before = sorted(base.iterdir())
    assert start(interpreter, env).returncode == 99
    assert not marker.exists()
    # What it has installed instead is removed.
    assert sorted(base.iterdir()) == before


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022])
def test_installed_dependencies_are_this_user_s_alone(umask: int, tmp_path: Path) -> None:
    interpreter = python_with(tmp_path / "venv", {"pip.py": PIP})
    (tmp_path / "temporary").mkdir()
    before = os.umask(umask)
    try:
        done = start(interpreter, {"RUNNER_TEMP": str(tmp_path / "temporary")})
    finally:
        os.umask(before)
    assert done.returncode == 99
    (folder,) = (tmp_path / "temporary").iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700


def start(
    interpreter: Path, env: dict[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The action's script, with this Python as the only one."""
    programs = interpreter.parent
    if not (programs / "dirname").exists():
        (programs / "dirname").symlink_to("/usr/bin/dirname")
    return subprocess.run(
        ["/bin/bash", ROOT / "action/main.sh"],
        env={"PATH": str(programs)} | env,
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
