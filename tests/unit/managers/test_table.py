"""Which package manager a project uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.managers.manager import PIP_CACHE
from ci_kit.managers.table import MANAGERS, managers_of
from tests.unit.support import write

LOCKS = ("poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "requirements.txt")
HATCH = "[tool.hatch.envs.{}]\ndependencies = []\n"
WORKSPACE = "[tool.uv.workspace]\nmembers = ['packages/*']\nexclude = ['packages/old']\n"
MATRIX = "[[tool.hatch.envs.{}.matrix]]\npython = ['3.12', '3.13']\n"


def chosen(folder: Path) -> str | None:
    """The name of the first choice for a project."""
    return next((manager.name for manager in managers_of(folder)), None)


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({}, None),
        ({"setup.py": ""}, "pip"),
        ({"requirements-dev.txt": ""}, "pip"),
        ({"requirements/test.txt": ""}, "pip"),
        ({"uv.toml": ""}, "uv"),
        ({"pyproject.toml": "[tool.uv]\npackage = false\n"}, "uv"),
        ({"pyproject.toml": "[tool.poetry.group.dev.dependencies]\npytest = '*'\n"}, "Poetry"),
        ({"pyproject.toml": "[tool.pdm]\ndistribution = false\n"}, "PDM"),
        ({"pyproject.toml": HATCH.format("hatch-test")}, "Hatch"),
        # The environments of a matrix of the project's own have other names.
        ({"pyproject.toml": MATRIX.format("hatch-test")}, "pip"),
        ({"pyproject.toml": "[tool.poetry]\npackages = []\n"}, "pip"),
        ({"pyproject.toml": ""}, "pip"),
        ({"pyproject.toml": "not [TOML"}, "pip"),
        ({"Pipfile": ""}, "Pipenv"),
        ({"hatch.toml": ""}, "Hatch"),
        ({"tox.ini": ""}, "tox"),
        ({"tox.ini": "[tox]\n"}, "tox"),
        ({"tox.ini": "[testenv:docs]\n"}, "tox"),
        ({"tox.toml": ""}, "tox"),
        ({"noxfile.py": ""}, "nox"),
        # The sessions of a noxfile may need any Python.
        ({"noxfile.py": "", "pyproject.toml": ""}, "pip"),
        ({"setup.cfg": "[metadata]\n[tox:tox]\n"}, "tox"),
        ({"pyproject.toml": "[tool.tox]\nlegacy_tox_ini = ''\n"}, "tox"),
        ({"pyproject.toml": HATCH.format("default")}, "Hatch"),
        # These files belong to other tools.
        ({"tox.ini": "[pytest]\n[flake8]\n"}, None),
        ({"setup.cfg": "[metadata]\n"}, None),
        ({"pyproject.toml": "[tool.hatch.version]\npath = 'a.py'\n"}, "pip"),
        ({"pyproject.toml": "[tool.pdm.build]\n"}, "pip"),
        # The tests do not run in this environment.
        ({"pyproject.toml": HATCH.format("docs")}, "pip"),
        ({"pyproject.toml": MATRIX.format("test")}, "pip"),
        ({"pyproject.toml": "tool.hatch.envs = 1\n"}, "pip"),
    ],
)
def test_files_choose_a_manager(files: dict[str, str], name: str | None, tmp_path: Path) -> None:
    assert chosen(write(tmp_path, files)) == name


@pytest.mark.parametrize("number", range(len(LOCKS)))
def test_lock_files_come_before_configurations_in_a_fixed_order(number: int, tmp_path: Path) -> None:
    files = dict.fromkeys([*LOCKS[number:], "Pipfile", "hatch.toml", "tox.ini", "pyproject.toml"], "")
    assert LOCKS[number] in managers_of(write(tmp_path, files))[0].locks


def test_configurations_follow_the_order_of_the_table(tmp_path: Path) -> None:
    files = dict.fromkeys(["pyproject.toml", "tox.ini", "hatch.toml", "Pipfile"], "")
    names = [manager.name for manager in managers_of(write(tmp_path, files))]
    assert names == ["Pipenv", "Hatch", "tox", "pip"]


def test_a_folder_is_not_a_lock_file(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").mkdir()
    assert chosen(tmp_path) is None


def test_a_manager_that_runs_python_by_its_program_installs_that_program(tmp_path: Path) -> None:
    for manager in MANAGERS:
        if manager.program:
            assert manager.install(tmp_path)[0].startswith(f"python -m pip install {manager.program}")


@pytest.mark.parametrize(
    ("files", "deciding"),
    [
        ({"uv.lock": "", "pyproject.toml": "[project]\n"}, ("uv.lock",)),
        ({"Pipfile": "", "Pipfile.lock": ""}, ("Pipfile.lock",)),
        ({"Pipfile": ""}, ("Pipfile",)),
        ({"tox.ini": "", "setup.py": ""}, ("tox.ini", "setup.py")),
        ({"tox.ini": "", "pyproject.toml": "[tool.ci-kit]\n"}, ("tox.ini",)),
        ({"tox.ini": "", "pyproject.toml": "[project]\n"}, ("tox.ini", "pyproject.toml")),
        ({"pyproject.toml": HATCH.format("default")}, ("pyproject.toml",)),
        ({"requirements.txt": "", "pyproject.toml": "[project]\n"}, ("requirements.txt",)),
        (
            {"requirements-dev.txt": "", "pyproject.toml": "[project]\n", "constraints.txt": ""},
            ("requirements-dev.txt", "pyproject.toml", "constraints.txt"),
        ),
        ({"requirements/test.txt": "", "pyproject.toml": "[tool.ci-kit]\n"}, ("requirements/test.txt",)),
        ({"pyproject.toml": ""}, ("pyproject.toml",)),
    ],
)
def test_the_files_that_list_packages_decide_what_is_downloaded(
    files: dict[str, str], deciding: tuple[str, ...], tmp_path: Path
) -> None:
    write(tmp_path, files)
    assert managers_of(tmp_path)[0].deciding_files(tmp_path) == deciding


def test_the_lock_file_of_a_workspace_decides_what_its_member_downloads(tmp_path: Path) -> None:
    write(
        tmp_path, {"uv.lock": "", "pyproject.toml": WORKSPACE, "packages/api/pyproject.toml": "[project]\n"}
    )
    folder = tmp_path / "packages" / "api"
    (manager,) = (one for one in managers_of(folder) if one.name == "uv")
    assert manager.deciding_files(folder) == ("../../uv.lock",)


def test_every_manager_names_cache_folders_of_the_user() -> None:
    for manager in MANAGERS:
        assert all(folder.startswith("~/.cache/") for folder in manager.cache_folders)
        # A job without the manager's own program downloads that first.
        assert PIP_CACHE in manager.cache_folders
