"""The versions that the files of a project state."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_kit.workflow.versions import python_versions, server_versions
from tests.unit.support import write

REQUIRES = "[project]\nrequires-python = '{}'\n"
POETRY = "[tool.poetry.dependencies]\npython = '{}'\n"
CLASSIFIERS = "[project]\nclassifiers = [{}]\n"
COMPOSE = "services:\n  db:\n    image: {}\n  web:\n    build: .\n"


@pytest.mark.parametrize(
    ("pyproject", "versions"),
    [
        (REQUIRES.format(">=3.12"), "3.12 3.13 3.14"),
        (REQUIRES.format(">=3.11,<3.13"), "3.11 3.12"),
        (REQUIRES.format(">3.11, <=3.13"), "3.11 3.12 3.13"),
        (REQUIRES.format(">=3.11,!=3.12.*,<3.14"), "3.11 3.13"),
        (REQUIRES.format(">=3.11,!=3.12.1"), "3.11 3.12 3.13 3.14"),
        (REQUIRES.format("~=3.12"), "3.12 3.13 3.14"),
        (REQUIRES.format("~=3.12.1"), "3.12"),
        (REQUIRES.format("==3.12.*"), "3.12"),
        (REQUIRES.format(">=3.11,<3.13.2"), "3.11 3.12 3.13"),
        (REQUIRES.format(">=3"), "3.10 3.11 3.12 3.13 3.14"),
        (REQUIRES.format(">=3.13,<4"), "3.13 3.14"),
        (POETRY.format("^3.13"), "3.13 3.14"),
        (POETRY.format("~3.13"), "3.13"),
        (
            CLASSIFIERS.format(
                "'Programming Language :: Python :: 3.9', 'Programming Language :: Python :: 3.10'"
            ),
            "3.9 3.10",
        ),
        (
            CLASSIFIERS.format(
                "'Programming Language :: Python :: 3', 'Programming Language :: Python :: 3 :: Only'"
            ),
            "3.13",
        ),
        # Nothing that ci-kit knows fits, or nothing is stated.
        (REQUIRES.format("<3"), "3.13"),
        ("[project]\nrequires-python = 3\nclassifiers = 3\n", "3.13"),
        ("", "3.13"),
        ("[", "3.13"),
    ],
)
def test_python_versions(pyproject: str, versions: str, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": pyproject})
    assert " ".join(python_versions(tmp_path).value) == versions


@pytest.mark.parametrize(
    ("files", "versions"),
    [
        ({"pyproject.toml": "[tool.ci-kit]\nmysql-version = 'mariadb-11'\n"}, ("mariadb-11",)),
        ({"pyproject.toml": "[tool.ci-kit]\nmysql-version = 9\n"}, ("9",)),
        ({"pyproject.toml": "[tool.ci-kit]\nmysql-version = 'x'\n"}, ("mysql-8.4", "mariadb-11.4")),
        ({"compose.yaml": COMPOSE.format("mysql:8.0.36")}, ("mysql-8.0.36",)),
        ({"docker-compose.yml": COMPOSE.format("docker.io/library/mariadb:11.4-noble")}, ("mariadb-11.4",)),
        ({"compose.yml": COMPOSE.format("postgres:17")}, ("mysql-8.4", "mariadb-11.4")),
        ({"compose.yml": COMPOSE.format("mysql:latest")}, ("mysql-8.4", "mariadb-11.4")),
        ({"compose.yml": "services: ["}, ("mysql-8.4", "mariadb-11.4")),
        ({"compose.yml": "services: {a: 1}"}, ("mysql-8.4", "mariadb-11.4")),
        ({}, ("mysql-8.4", "mariadb-11.4")),
    ],
)
def test_server_versions(files: dict[str, str], versions: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, files)
    assert server_versions(tmp_path, tmp_path).value == versions


def test_the_compose_file_of_the_repository_is_for_its_projects_too(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yml": COMPOSE.format("mysql:9.1"), "api/pyproject.toml": ""})
    assert server_versions(tmp_path, tmp_path / "api").value == ("mysql-9.1",)
