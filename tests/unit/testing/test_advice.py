"""What a message tells a developer about a missing test tool."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ci_kit.testing.advice import how_to_install
from ci_kit.testing.search import Interpreter
from tests.unit.support import make_host, make_settings, write

BOTH = '[[package]]\nname = "pytest"\n[[package]]\nname = "coverage"\n'
ONE = '[[package]]\nname = "pytest"\n'
PIPENV = json.dumps({"default": {}, "develop": {"pytest": {}, "coverage": {}}})


def advice_for(root: Path, *missing: str, environment: bool = True, **flags: Any) -> str:
    """The advice about missing packages for the environment ``.venv``, or for the machine's Python."""
    python = Interpreter((".venv/bin/python",) if environment else ("python3",), "", environment)
    return how_to_install(missing, python, make_settings(root, **flags), make_host())


@pytest.mark.parametrize(
    ("files", "advice"),
    [
        (
            {"poetry.lock": BOTH},
            "type `poetry install --all-extras` in {}: poetry.lock lists coverage and pytest",
        ),
        ({"uv.lock": BOTH}, "type `uv sync --all-groups --all-extras` in {}/packages/api: uv.lock lists "),
        ({"pdm.lock": BOTH}, "type `pdm install --group :all` in {}: pdm.lock lists "),
        ({"Pipfile": "", "Pipfile.lock": PIPENV}, "type `pipenv sync --dev` in {}: Pipfile.lock lists "),
        (
            {"requirements.txt": "pytest\ncoverage\n"},
            "type `.venv/bin/python -m pip install -r requirements.txt` in {}: requirements.txt lists ",
        ),
        # The lock file does not have all of them.
        ({"poetry.lock": ONE}, "type `poetry add --group dev coverage pytest` in {}"),
        ({"uv.lock": ONE}, "type `uv add --dev coverage pytest` in {}/packages/api"),
        ({"pdm.lock": ""}, "type `pdm add --dev --group test coverage pytest` in {}"),
        (
            {"pyproject.toml": "[tool.poetry.group.dev.dependencies]\npytest = '*'\ncoverage = '*'\n"},
            "type `poetry install` in {}: the project names coverage and pytest",
        ),
        (
            {"Pipfile": "[dev-packages]\npytest = '*'\ncoverage = '*'\n"},
            "type `pipenv install --dev` in {}: ",
        ),
        ({"Pipfile": ""}, "type `pipenv install --dev coverage pytest` in {}"),
        ({"uv.lock": ONE, "poetry.lock": BOTH}, "type `poetry install --all-extras` in {}"),
        (
            {"hatch.toml": "[envs.test]\n"},
            "add coverage and pytest to the dependencies of Hatch's environment test",
        ),
        ({"tox.ini": ""}, "add coverage and pytest to `deps` of tox and type `tox run -e py --notest` in {}"),
        (
            {"noxfile.py": ""},
            "install coverage and pytest in nox's session and type `nox --install-only` in {}",
        ),
        ({"requirements.txt": "click\n"}, "add coverage and pytest to the project's test dependencies"),
        ({}, "add coverage and pytest to the project's test dependencies and install them"),
    ],
)
def test_the_advice_is_the_manager_s_command(files: dict[str, str], advice: str, tmp_path: Path) -> None:
    write(tmp_path, {".git/HEAD": "", "packages/api/app.py": ""} | files)
    told = advice_for(tmp_path / "packages/api", "coverage", "pytest")
    assert told.startswith(advice.format(tmp_path))


def test_a_python_from_the_setting_gets_them_by_its_owner(tmp_path: Path) -> None:
    write(tmp_path, {"poetry.lock": BOTH})
    assert advice_for(tmp_path, "pytest", python=["/opt/python"]) == "install pytest for that Python"


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        (True, ".venv/bin/python -m pip install -r requirements-dev.txt"),
        # A system's Python may refuse to install.
        (False, "python3 -m venv .venv && .venv/bin/python -m pip install -r requirements-dev.txt"),
    ],
)
def test_a_requirements_file_for_development_is_named(
    environment: bool, command: str, tmp_path: Path
) -> None:
    write(tmp_path, {"requirements.txt": "click\n", "requirements-dev.txt": "pytest\ncoverage\n"})
    told = advice_for(tmp_path, "coverage", "pytest", environment=environment)
    assert told.startswith(f"type `{command}` in {tmp_path}")
