"""The commands by which a workflow installs a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ci_kit.errors import UsageError
from ci_kit.workflow.install import install_script
from ci_kit.workflow.loading import load_workflow_settings
from tests.unit.support import write

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

PIP = "python -m pip install"
UV_SYNC = "uv sync --python python --all-groups"
PLAIN = [f"{PIP} uv", "uv venv --python python", "uv pip install pytest coverage"]
PIPENV = 'pipenv install --python "$(command -v python)" --dev'
HATCH = "[tool.hatch.envs.{}]\ndependencies = ['pytest']\n"


@pytest.mark.parametrize(
    ("files", "commands"),
    [
        (["poetry.lock", "requirements.txt"], [f"{PIP} poetry", "poetry install --no-interaction --no-root"]),
        (["uv.lock"], [f"{PIP} uv", f"{UV_SYNC} --locked"]),
        (["pdm.lock"], [f"{PIP} pdm 'hishel<2'", "pdm use --first python", "pdm install --check"]),
        (["Pipfile", "Pipfile.lock"], [f"{PIP} pipenv", f"{PIPENV} --deploy"]),
        (["Pipfile"], [f"{PIP} pipenv", PIPENV]),
        (
            ["requirements.txt"],
            ["python -m venv .venv", f".venv/bin/{PIP} -r requirements.txt pytest coverage"],
        ),
        (["hatch.toml"], [f"{PIP} hatch", "hatch env create default"]),
        (["tox.ini"], [f"{PIP} tox", "tox run -e py --notest"]),
        ([], PLAIN),
    ],
)
def test_the_project_s_files_decide_how_it_is_installed(
    files: list[str], commands: list[str], tmp_path: Path
) -> None:
    write(tmp_path, dict.fromkeys(["pyproject.toml", *files], ""))
    assert install_script(tmp_path).splitlines() == commands


@pytest.mark.parametrize(
    ("pyproject", "commands"),
    [
        (HATCH.format("default"), [f"{PIP} hatch", "hatch env create default"]),
        (HATCH.format("test"), [f"{PIP} hatch", "hatch env create test"]),
        ("[tool.tox]\nenv_list = ['py']\n", [f"{PIP} tox", "tox run -e py --notest"]),
        ("[tool.uv]\npackage = false\n", [f"{PIP} uv", UV_SYNC, "uv pip install pytest coverage"]),
        ("[tool.ruff]\nline-length = 99\n", PLAIN),
    ],
)
def test_a_table_in_pyproject_toml_decides_how_the_project_is_installed(
    pyproject: str, commands: list[str], tmp_path: Path
) -> None:
    write(tmp_path, {"pyproject.toml": pyproject})
    assert install_script(tmp_path).splitlines() == commands


def test_hashes_in_a_requirements_txt_are_required(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "click==8 \\\n    --hash=sha256:00\n"})
    assert "pip install --require-hashes -r requirements.txt" in install_script(tmp_path)


def test_the_working_directory_is_the_project_s_folder(repository: Repository) -> None:
    repository.write("app/uv.lock", "")
    repository.configure(working_directory="app")
    assert load_workflow_settings(repository.root).install.endswith(f"{UV_SYNC} --locked\n")


def test_the_message_for_an_unknown_project_names_the_files_and_the_setting(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot tell how to install") as caught:
        install_script(tmp_path)
    assert {"poetry.lock", "Pipfile", "pyproject.toml", "tox.toml"} <= set(
        caught.value.why.replace(",", "").split()
    )
    assert "set install = " in caught.value.todo
