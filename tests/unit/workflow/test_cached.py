"""The key of the cache with a project's packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from ci_kit.workflow.files import render_files

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository


def caches(repository: Repository) -> list[Any]:
    (file,) = render_files(repository.root)
    jobs = yaml.load(file.text, yaml.BaseLoader)["jobs"].values()
    return [step["with"] for job in jobs for step in job["steps"] if "/cache@" in step.get("uses", "")]


@pytest.mark.parametrize(
    ("settings", "runner", "python"),
    [
        ({}, "ubuntu-24.04", "3.13"),
        ({"runs-on": "ubuntu-22.04"}, "ubuntu-22.04", "3.13"),
        ({"runs-on": "${{ vars.RUNNER }}"}, "${{ vars.RUNNER }}", "3.13"),
        (
            {
                "template": "matrix",
                "python-versions": ["3.12", "3.13"],
                "operating-systems": ["ubuntu-24.04", "ubuntu-24.04-arm"],
            },
            "${{ matrix.os }}",
            "${{ matrix.python }}",
        ),
    ],
)
def test_a_cache_is_only_for_the_same_runner_architecture_and_python(
    settings: dict[str, Any], runner: str, python: str, repository: Repository
) -> None:
    repository.write("uv.lock", "")
    repository.configure(**settings)
    (cache,) = caches(repository)
    beginning = f"uv-{runner}-${{{{ runner.arch }}}}-python{python}-"
    assert cache["key"] == f"{beginning}${{{{ hashFiles('uv.lock') }}}}"
    assert cache["restore-keys"] == beginning


def test_the_cache_of_a_member_depends_on_the_lock_file_of_its_workspace(repository: Repository) -> None:
    repository.write("uv.lock", "")
    repository.write("packages/api/pyproject.toml", "[project]\nname = 'api'\n")
    repository.configure(working_directory="packages/api")
    settings = (repository.root / "pyproject.toml").read_text(encoding="utf-8")
    repository.write("pyproject.toml", f"{settings}\n[tool.uv.workspace]\nmembers = ['packages/*']\n")
    (cache,) = caches(repository)
    assert cache["key"].endswith("${{ hashFiles('uv.lock') }}")
    assert cache["path"] == "~/.cache/pip\n~/.cache/uv\n"
