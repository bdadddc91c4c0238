"""The warning about a lock file without the tools that a run needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_kit.workflow.loading import load_workflows

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

LOCK = '[[package]]\nname = "{}"\n'
PYTEST = LOCK.format("pytest")
BOTH = PYTEST + LOCK.format("coverage")
HASHED = "pytest==9.0.0 \\\n    --hash=sha256:00\n"


def warnings(repository: Repository, files: dict[str, str], settings: str = "") -> list[str]:
    for name, text in files.items():
        repository.write(name, text)
    repository.write(
        "pyproject.toml", f"[tool.ci-kit]\n{settings}[tool.ci-kit.workflow]\nbranches = ['main']\n"
    )
    return [warning for workflow in load_workflows(repository.root) for warning in workflow.warnings]


@pytest.mark.parametrize(
    ("files", "names", "todo"),
    [
        ({"poetry.lock": PYTEST}, "coverage", "type `poetry add --group dev coverage`"),
        ({"uv.lock": ""}, "pytest and coverage", "type `uv add --dev pytest coverage`"),
        ({"pdm.lock": PYTEST}, "coverage", "type `pdm add --dev --group test coverage`"),
        ({"Pipfile.lock": '{"develop": {"pytest": {}}}'}, "coverage", "type `pipenv install --dev coverage`"),
        ({"requirements.txt": HASHED}, "coverage", "add coverage to the project's test dependencies"),
    ],
)
def test_a_lock_file_without_a_tool_of_the_tests_is_a_warning_with_the_command_to_type(
    files: dict[str, str], names: str, todo: str, repository: Repository
) -> None:
    (warning,) = warnings(repository, files)
    assert warning.startswith(f"the workflow does not install {names}, because the lock file does not list")
    assert todo in warning


@pytest.mark.parametrize(
    ("files", "settings"),
    [
        ({"uv.lock": BOTH}, ""),
        ({"uv.lock": PYTEST}, "coverage = false\n"),
        ({"uv.lock": LOCK.format("coverage")}, 'test-command = "python manage.py test"\n'),
        # The installation adds them.
        ({"requirements.txt": "idna\n"}, ""),
        ({}, ""),
        # It is not known what the environment lists.
        ({"tox.ini": "[tox]\n"}, ""),
        # The run reports what is wrong.
        ({"uv.lock": PYTEST}, "coverage = 'perhaps'\n"),
    ],
)
def test_there_is_no_warning_if_nothing_is_missing(
    files: dict[str, str], settings: str, repository: Repository
) -> None:
    assert warnings(repository, files, settings) == []


def test_a_project_that_installs_by_itself_gets_no_warning(repository: Repository) -> None:
    repository.write("uv.lock", "")
    repository.configure(install=["make install"])
    assert [one.warnings for one in load_workflows(repository.root)] == [()]
