"""The workflows that init writes, and those that it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.unit.init.conftest import ACTION, PROJECT, TEST, Repository
from tests.unit.support import exit_code, snapshot, write

SMALL = {"pyproject.toml": PROJECT, "test_it.py": TEST}
BY_HAND = """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: sudo ln -sf /usr/share/zoneinfo/Asia/Seoul /etc/localtime
      - run: pip install -r requirements.txt
      - run: pytest  # every test
"""


def workflow(repository: Repository, name: str = "ci.yml") -> Any:
    text = (repository.root / ".github/workflows" / name).read_text(encoding="utf-8")
    return yaml.load(text, yaml.BaseLoader)


def test_the_workflow_is_the_one_that_render_writes(repository: Repository) -> None:
    assert repository.init(files=SMALL).code == 0
    steps = workflow(repository)["jobs"]["test"]["steps"]
    assert steps[-1]["uses"] == ACTION.partition(" ")[0]
    assert exit_code("render", "--check", "-C", repository.root) == 0


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, {}),
        ({".python-version": "3.12.4\n"}, {"python-versions": ["3.12"]}),
        ({"Dockerfile": "FROM python:3.11-slim\n"}, {"python-versions": ["3.11"]}),
        ({"pyproject.toml": f'{PROJECT}requires-python = ">=3.10,<3.13"\n'}, {"python-versions": ["3.12"]}),
        ({"pyproject.toml": f'{PROJECT}requires-python = ">=3.10"\n'}, {}),
        (
            {
                "pyproject.toml": f"{PROJECT}classifiers = ['Programming Language :: Python :: 3.12',"
                " 'Programming Language :: Python :: 3.13']\n"
            },
            {"python-versions": "auto"},
        ),
    ],
)
def test_the_python_version_is_the_one_of_the_project(
    repository: Repository, files: dict[str, str], expected: dict[str, Any]
) -> None:
    assert repository.init(files=SMALL | files).workflow() == expected


def test_pushes_to_the_default_branch_start_the_tests(repository: Repository) -> None:
    write(repository.root, SMALL)
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=Begin")
    repository.git("branch", "--move", "develop")
    assert repository.init().workflow() == {"branches": ["develop"]}
    (repository.root / "pyproject.toml").write_text(PROJECT)
    repository.git("branch", "master")
    assert repository.init().workflow() == {"branches": ["master"]}
    (repository.root / "pyproject.toml").write_text(PROJECT)
    repository.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    repository.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    assert repository.init().workflow() == {"branches": ["trunk"]}


def test_a_project_in_a_folder_has_its_settings_there(repository: Repository) -> None:
    files = {"server/pyproject.toml": PROJECT, "server/tests/test_it.py": TEST, "web/package.json": "{}"}
    source = {"server/app.py": "import os\nos.getenv('DB_HOST')"}
    done = repository.init(files=files | source)
    assert done.workflow() == {"working-directory": "server"}
    assert done.settings("server/pyproject.toml") == {"variables": {"DB_HOST": "host"}}
    assert done.settings() == {}


def test_without_a_pyproject_of_its_own_the_root_has_the_settings_of_the_project(
    repository: Repository,
) -> None:
    files = {
        "server/requirements.txt": "pymysql\npytest\n",
        "server/test_it.py": TEST,
        "server/app.py": "import os\nos.getenv('DB_HOST')",
        "compose.yaml": "services:\n  db:\n    image: mysql:8.4\n"
        "    volumes: ['./server/a.sql:/docker-entrypoint-initdb.d/a.sql']\n",
        "server/a.sql": "SELECT 1",
    }
    done = repository.init(files=files)
    assert not (repository.root / "server/pyproject.toml").exists()
    assert done.settings() == {
        "variables": {"DB_HOST": "host"},
        "mysql-version": "8.4",
        "init-sql": ["server/a.sql"],
    }


def test_settings_above_the_project_count_and_paths_start_at_their_file(repository: Repository) -> None:
    files = {
        "pyproject.toml": "[tool.ci-kit]\ndatabase = 'own'\n",
        "server/pyproject.toml": PROJECT,
        "server/test_it.py": TEST,
        "server/app.py": "import os\nos.getenv('DB_NAME', 'own')",
        "compose.yaml": "services:\n  db:\n    image: mysql\n"
        "    volumes: ['./sql/a.sql:/docker-entrypoint-initdb.d/a.sql']\n",
        "sql/a.sql": "SELECT 1",
    }
    done = repository.init(files=files)
    assert done.settings("server/pyproject.toml") == {
        "variables": {"DB_NAME": "database"},
        "init-sql": ["../sql/a.sql"],
    }


def test_a_workflow_that_a_link_leads_out_of_the_repository_is_not_adopted(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = write(tmp_path_factory.mktemp("outside"), {"ci.yml": BY_HAND}) / "ci.yml"
    write(repository.root, SMALL | {".github/workflows/a.txt": ""})
    (repository.root / ".github/workflows/ci.yml").symlink_to(outside)
    done = repository.init("--adopt")
    assert done.code == 64
    assert "is outside the repository" in done.err
    assert outside.read_text() == BY_HAND


def test_each_of_several_projects_has_a_workflow(repository: Repository) -> None:
    files = {
        "services/api/requirements.txt": "pymysql\npytest\n",
        "services/api/test_it.py": TEST,
        "services/web/pyproject.toml": PROJECT.replace('"pymysql"', ""),
        "services/web/test_it.py": TEST,
        "tools/script.py": "print()",
    }
    done = repository.init(files=files)
    tables = done.document()["tool"]["ci-kit"]["workflows"]
    assert {name: table["working-directory"] for name, table in tables.items()} == {
        "services-api": "services/api",
        "services-web": "services/web",
    }
    assert done.settings("services/web/pyproject.toml") == {"mysql": "off"}
    assert workflow(repository, "services-web.yml")["on"]["push"]["paths"][0] == "services/web/**"
    second = repository.init("--check")
    assert second.code == 0, second.err


def test_a_project_without_a_list_of_packages_gets_the_tools_of_its_tests(repository: Repository) -> None:
    done = repository.init(files={"test_it.py": TEST, "app.py": "import pymysql"})
    assert done.workflow() == {
        "install": ["python -m venv .venv", ".venv/bin/python -m pip install pytest coverage"],
        "cache": False,
    }
    assert "no file lists the packages of the project, which imports PyMySQL" in done.err
    assert repository.init("--check").code == 0


@pytest.mark.parametrize(
    ("files", "command"),
    [
        (
            {"requirements-dev.txt": "pymysql\npytest\n"},
            ".venv/bin/python -m pip install -r requirements-dev.txt coverage",
        ),
        (
            {"requirements/test.txt": "pytest\ncoverage\n"},
            ".venv/bin/python -m pip install -r requirements/test.txt",
        ),
        ({"setup.py": "setup()", "setup.cfg": "[metadata]\n"}, "uv pip install -e . pytest coverage"),
        ({"pyproject.toml": "[build-system]\nrequires = []\n"}, "uv pip install -e . pytest coverage"),
    ],
)
def test_the_workflow_installs_what_the_files_list_and_init_sets_nothing(
    repository: Repository, files: dict[str, str], command: str
) -> None:
    done = repository.init(files=files | {"test_it.py": TEST})
    assert "install" not in done.workflow()
    steps = workflow(repository, "ci.yml")["jobs"]["test"]["steps"]
    (install,) = (step["run"] for step in steps if step["name"] == "Install the project")
    assert install.splitlines()[-1] == command
    second = repository.init("--check")
    assert second.code == 0, second.err


def test_init_writes_no_workflow_beside_one_that_runs_the_tests(repository: Repository) -> None:
    files = SMALL | {".github/workflows/cy.yml": BY_HAND, "app.py": "import os\nos.getenv('DB_HOST')"}
    done = repository.init(files=files)
    assert done.code == 0
    assert sorted(path.name for path in (repository.root / ".github/workflows").iterdir()) == ["cy.yml"]
    assert done.document()["tool"]["ci-kit"] == {"variables": {"DB_HOST": "host"}}
    assert "cy.yml runs the tests, so init writes no other workflow" in done.err
    assert "`ci-kit adopt` shows the steps that ci-kit's action replaces" in done.err
    assert repository.init("--check").code == 0


def test_adopt_puts_the_action_into_that_workflow(repository: Repository) -> None:
    done = repository.init("--adopt", files=SMALL | {".github/workflows/cy.yml": BY_HAND})
    assert done.code == 0, done.err
    steps = workflow(repository, "cy.yml")["jobs"]["test"]["steps"]
    assert [step.get("uses", step.get("run")) for step in steps] == [
        "actions/checkout@v4",
        "pip install -r requirements.txt",
        ACTION.partition(" ")[0],
    ]
    assert "workflow" not in done.document().get("tool", {}).get("ci-kit", {})
    again = repository.init("--adopt", "--check")
    assert again.code == 0, again.err
    assert "`ci-kit adopt` finds no steps there" in repository.init().err


def test_force_writes_the_workflow_all_the_same(repository: Repository) -> None:
    files = SMALL | {".github/workflows/ci.yml": BY_HAND}
    assert repository.init("--force", files=files).code == 0
    assert workflow(repository)["name"] == "CI"


def test_a_file_by_hand_without_tests_is_not_replaced(repository: Repository) -> None:
    files = SMALL | {".github/workflows/ci.yml": "on: push\njobs: {a: {steps: [{run: 'true'}]}}\n"}
    before = snapshot(write(repository.root, files) / ".github")
    done = repository.init()
    assert done.code == 64
    assert "ci.yml was not generated by ci-kit" in done.err
    assert snapshot(repository.root / ".github") == before
    assert done.settings() == {}


def test_tables_that_are_there_decide_which_projects_have_a_workflow(repository: Repository) -> None:
    tables = f"[tool.ci-kit.workflows.api]\nworking-directory = 'api'\naction = '{ACTION}'\n"
    files = {
        "pyproject.toml": tables,
        "api/requirements.txt": "pymysql\npytest\n",
        "api/test_it.py": TEST,
        "web/requirements.txt": "pytest\n",
        "web/test_it.py": TEST,
    }
    done = repository.init(files=files, action="")
    assert done.code == 0, done.err
    assert (repository.root / "pyproject.toml").read_text() == tables
    assert [path.name for path in (repository.root / ".github/workflows").iterdir()] == ["api.yml"]


def test_init_names_the_test_tools_that_a_lock_file_lacks(repository: Repository) -> None:
    lock = '[[package]]\nname = "pytest"\n'
    done = repository.init(files={"test_it.py": TEST, "pyproject.toml": "[project]\n", "uv.lock": lock})
    assert "the workflow does not install coverage" in done.err
    assert "type `uv add --dev coverage`" in done.err
