"""The linters of a project, and the commands that check its code."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.workflow.loading import load_workflow_settings
from ci_kit.workflow.writing import write as write_files
from tests.support.waiting import LIMIT
from tests.unit.support import console_text, make_host, write

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

GROUP = "[dependency-groups]\ndev = [{}]\n"
LOCK = '[[package]]\nname = "{}"\n'


def commands(root: Path, settings: str = "") -> list[str]:
    table = f"[tool.ci-kit.workflow]\naction = 'a/b@c'\n{settings}"
    text = (root / "pyproject.toml").read_text() if (root / "pyproject.toml").exists() else ""
    (root / "pyproject.toml").write_text(text + table)
    return [step.command for step in load_workflow_settings(root).linters]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": GROUP.format("'black>=24', 'mypy'")}, ["black --check --diff .", "mypy ."]),
        ({"pyproject.toml": GROUP.format("'ruff'")}, ["ruff check ."]),
        (
            {"pyproject.toml": GROUP.format("'ruff'") + "[tool.ruff.format]\nindent-style = 'tab'\n"},
            ["ruff format --check --diff .", "ruff check ."],
        ),
        (
            {"pyproject.toml": GROUP.format("'ruff'"), "ruff.toml": "[format]\nindent-style = 'tab'\n"},
            ["ruff format --check --diff .", "ruff check ."],
        ),
        ({"pyproject.toml": GROUP.format("'mypy'") + "[tool.mypy]\nfiles = ['src']\n"}, ["mypy"]),
        ({"pyproject.toml": GROUP.format("'mypy'"), "mypy.ini": "[mypy]\npackages = a\n"}, ["mypy"]),
        # A lock file also has what other packages need: pylint needs isort.
        ({"uv.lock": LOCK.format("isort")}, []),
        ({"uv.lock": LOCK.format("isort"), ".isort.cfg": ""}, ["isort --check-only --diff ."]),
        ({"uv.lock": "", "pyproject.toml": GROUP.format("'black'")}, []),
        ({"pyproject.toml": "[tool.black]\nline-length = 99\n"}, []),
    ],
)
def test_a_linter_runs_if_it_is_installed_and_declared_or_configured(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    write(tmp_path, files)
    environment = "uv run --no-sync " if "uv.lock" in files else ".venv/bin/"
    assert commands(tmp_path) == [f"{environment}{command}" for command in expected]


@pytest.mark.parametrize(
    ("files", "environment"),
    [
        ({"poetry.lock": LOCK.format("black")}, "poetry run "),
        ({"pdm.lock": LOCK.format("black")}, "pdm run "),
        ({"Pipfile": "[dev-packages]\nblack = '*'\n"}, "pipenv run "),
        ({"requirements.txt": "black==24\n"}, ".venv/bin/"),
        ({"hatch.toml": "[envs.test]\ndependencies = ['black']\n"}, "hatch run test:"),
        ({"tox.ini": "", "pyproject.toml": GROUP.format("'black'")}, ".tox/py/bin/"),
    ],
)
def test_a_linter_runs_in_the_environment_of_the_package_manager(
    files: dict[str, str], environment: str, tmp_path: Path
) -> None:
    write(
        tmp_path,
        files
        | {
            "pyproject.toml": files.get("pyproject.toml", "")
            + "[tool.black]\nskip-magic-trailing-comma = true\n"
        },
    )
    assert commands(tmp_path) == [f"{environment}black --check --diff ."]


def test_sessions_of_nox_have_no_environment_for_linters(tmp_path: Path) -> None:
    write(tmp_path, {"noxfile.py": ""})
    (tmp_path / "pyproject.toml").unlink(missing_ok=True)
    from ci_kit.managers.table import managers_of

    assert managers_of(tmp_path)[0].in_environment(tmp_path) is None


def test_packages_of_an_installation_by_hand_are_in_no_environment(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "black\n"})
    assert commands(tmp_path, "install = 'pip install -r requirements.txt'") == ["black --check --diff ."]


def test_the_linters_that_the_settings_name_run_in_their_order(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "black\nruff\n"})
    chosen = commands(tmp_path, "linters = ['ruff check', 'make docs', 'black']")
    assert chosen == [".venv/bin/ruff check .", "make docs", ".venv/bin/black --check --diff ."]


@pytest.mark.parametrize(
    ("linter", "told"),
    [
        ("blakc", "did you mean 'black'?"),
        ("x", "the linters are black, ruff format"),
        ("mypy", "mypy is not among the dependencies"),
    ],
)
def test_a_wrong_linter_is_one_error(tmp_path: Path, linter: str, told: str) -> None:
    write(tmp_path, {"requirements.txt": "black\n"})
    with pytest.raises(UsageError) as caught:
        commands(tmp_path, f"linters = ['{linter}']")
    assert told in caught.value.why
    assert "[tool.ci-kit.workflow] linters in pyproject.toml" in caught.value.why


@pytest.mark.parametrize("text", ["a: int = 1\n", "import sys,os\na : int = ''\n"], ids=["clean", "wrong"])
def test_the_commands_fail_for_wrong_code_and_change_nothing(tmp_path: Path, text: str) -> None:
    settings = "[tool.ruff.format]\nindent-style = 'space'\n"
    write(tmp_path, {"requirements.txt": "ruff\nmypy\n", "a.py": text, "pyproject.toml": settings})
    (tmp_path / ".venv").mkdir()
    # The environment of these tests has both.
    (tmp_path / ".venv/bin").symlink_to(Path(sys.executable).parent)
    codes = [
        subprocess.run(
            shlex.split(command), cwd=tmp_path, check=False, capture_output=True, timeout=LIMIT
        ).returncode
        for command in commands(tmp_path)
    ]
    assert codes == ([0, 0, 0] if text.startswith("a") else [1, 1, 1])
    assert (tmp_path / "a.py").read_text(encoding="utf-8") == text


def test_a_linter_that_is_configured_and_not_installed_is_a_warning(repository: Repository) -> None:
    repository.write("requirements.txt", "pytest\n")
    repository.write("pyproject.toml", "[tool.black]\nline-length = 99\n[tool.ci-kit.workflow]\n")
    host = make_host()
    write_files(repository.root, host)
    assert "does not run black: the project configures it" in console_text(host)
    repository.write(
        "pyproject.toml", "[tool.black]\nline-length = 99\n[tool.ci-kit.workflow]\nlinters = []\nname = 'x'\n"
    )
    silent = make_host()
    write_files(repository.root, silent)
    assert "black" not in console_text(silent)


def test_a_project_without_linters_has_one_job(repository: Repository) -> None:
    write_files(repository.root, Host())
    assert list(repository.parsed()["jobs"]) == ["test"]
