"""How far up ci-kit looks for a project's files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ci_kit.settings.project_folders import project_folders
from tests.unit.support import write


def found(repository: Path, project: str, home: Path | None = None) -> list[str]:
    folders = project_folders(repository / project, {"HOME": str(home)} if home else {})
    return [os.path.relpath(folder, repository) for folder in folders]


@pytest.mark.parametrize(
    ("files", "project", "folders"),
    [
        # A repository: up to the folder with .git, which is a file in a worktree and a submodule.
        ([".git/HEAD"], ".", ["."]),
        ([".git/HEAD"], "packages/api", ["packages/api", "packages", "."]),
        ([".git"], "a/b/c/d/e", ["a/b/c/d/e", "a/b/c/d", "a/b/c", "a/b", "a", "."]),
        ([".git/HEAD", "vendor/lib/.git"], "vendor/lib/src", ["vendor/lib/src", "vendor/lib"]),
        # No repository: up to the nearest lock file or pyproject.toml, at most three levels.
        (["packages/api/pyproject.toml", "uv.lock"], "packages/api", ["packages/api", "packages", "."]),
        (["Pipfile"], "services/api", ["services/api", "services", "."]),
        (["pyproject.toml", "packages/pyproject.toml"], "packages/api", ["packages/api", "packages"]),
        (["poetry.lock"], "a/b/c", ["a/b/c", "a/b", "a", "."]),
        (["poetry.lock"], "a/b/c/d", ["a/b/c/d"]),
        # A project with a lock file of its own is complete.
        (["uv.lock", "packages/api/pdm.lock"], "packages/api", ["packages/api"]),
        (["README.md"], "packages/api", ["packages/api"]),
    ],
)
def test_the_folders_of_a_project(files: list[str], project: str, folders: list[str], tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(files, ""))
    (tmp_path / project).mkdir(parents=True, exist_ok=True)
    assert found(tmp_path, project) == folders


@pytest.mark.parametrize("file", [".git/HEAD", "uv.lock", "pyproject.toml"])
def test_the_home_folder_is_not_above_a_project(file: str, tmp_path: Path) -> None:
    write(tmp_path, {file: "", "code/shop/app.py": ""})
    assert found(tmp_path, "code/shop", home=tmp_path) == ["code/shop"]
    assert found(tmp_path, ".", home=tmp_path) == ["."]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize("file", [".git", "uv.lock", "pyproject.toml"])
def test_a_file_of_another_user_does_not_count(file: str, tmp_path: Path) -> None:
    write(tmp_path, {file: "", "shop/app.py": ""})
    assert found(tmp_path, "shop") == ["shop", "."]
    os.chown(tmp_path / file, 65534, 65534)
    assert found(tmp_path, "shop") == ["shop"]
    # In a container, root runs the job of a checkout that belongs to the runner.
    os.chown(tmp_path / "shop", 65534, 65534)
    assert found(tmp_path, "shop") == ["shop", "."]
