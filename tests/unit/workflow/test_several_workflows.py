"""Several workflows of one repository: their tables, names, files, and the projects of a monorepo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.workflow.explain import explain
from ci_kit.workflow.loading import load_workflows
from ci_kit.workflow.writing import text_of_one, write

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

FOLDER = ".github/workflows"


def message(repository: Repository, table: str) -> str:
    repository.write("pyproject.toml", table)
    with pytest.raises(UsageError) as caught:
        load_workflows(repository.root)
    return "\n".join(caught.value.lines())


def test_each_table_is_a_file_and_the_first_table_gives_the_others_its_values(repository: Repository) -> None:
    repository.write(
        "pyproject.toml",
        """\
        [tool.ci-kit.workflow]
        name = "Main"
        timeout-minutes = 7
        env = {A = "1"}
        [tool.ci-kit.workflows.nightly]
        template = "nightly"
        [tool.ci-kit.workflows.slow]
        timeout-minutes = 60
        """,
    )
    main, nightly, slow = (one.settings for one in load_workflows(repository.root))
    assert [str(one.path) for one in (main, nightly, slow)] == [
        f"{FOLDER}/ci.yml",
        f"{FOLDER}/nightly.yml",
        f"{FOLDER}/slow.yml",
    ]
    assert [one.name for one in (main, nightly, slow)] == ["Main", "Nightly", "CI (slow)"]
    assert [one.timeout_minutes for one in (main, nightly, slow)] == [7, 7, 60]
    assert nightly.env == {"A": "1"}
    assert nightly.template == "nightly"
    assert slow.template == "ci"


def test_only_the_tables_of_workflows_are_files_if_there_is_no_first_table(repository: Repository) -> None:
    repository.write("pyproject.toml", '[tool.ci-kit.workflows.tests]\nbranches = ["x"]\n')
    (only,) = load_workflows(repository.root)
    assert str(only.settings.path) == f"{FOLDER}/tests.yml"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[tool.ci-kit]\nworkflows = 1\n", "[tool.ci-kit.workflows] in"),
        ("[tool.ci-kit.workflow]\n[tool.ci-kit.workflos.a]\n", "did you mean 'workflows'?"),
        ("[tool.ci-kit.worflow]\n[tool.ci-kit.workflows.a]\n", "unknown setting 'worflow'"),
        ("[tool.ci-kit.workflows]\na = 1\n", "[tool.ci-kit.workflows.a] in"),
        ('[tool.ci-kit.workflows."../x"]\n', "'../x' is not a valid name of a workflow"),
        ("[tool.ci-kit.workflows.a]\nbranchs = ['x']\n", "did you mean 'branches'?"),
        ("[tool.ci-kit.workflows.a]\ntemplate = 'nightli'\n", "unknown template 'nightli'"),
        (
            "[tool.ci-kit.workflows.a]\ntemplate = 'dependabot'\nbranches = ['x']\n",
            "the template 'dependabot' does not use the setting 'branches'",
        ),
        (
            "[tool.ci-kit.workflow]\n[tool.ci-kit.workflows.ci]\n",
            f"2 workflows have the same path: '{FOLDER}/ci.yml'",
        ),
        (
            "[tool.ci-kit.workflows.a]\nname = 'x'\n[tool.ci-kit.workflows.b]\nname = 'x'\n",
            "2 workflows have the same name: 'x'",
        ),
        (
            "[tool.ci-kit.workflows.a]\ntemplate = 'service-container'\ninputs = {mysql = 'off'}\n",
            "the template 'service-container' sets it by the setting server",
        ),
    ],
)
def test_a_wrong_table_is_one_error_with_its_place(repository: Repository, table: str, told: str) -> None:
    if "nightli'" in table:
        repository.write("pyproject.toml", table)
        with pytest.raises(UsageError) as caught:
            write(repository.root, Host())
        text = "\n".join(caught.value.lines())
        assert "did you mean 'nightly'?" in text
    else:
        text = message(repository, table)
    assert told in text
    assert "[tool.ci-kit" in text


def test_only_the_named_files_are_written(repository: Repository) -> None:
    repository.write("pyproject.toml", "[tool.ci-kit.workflows.a]\n[tool.ci-kit.workflows.b]\n")
    (outcome,) = write(repository.root, Host(), ["b"])
    assert outcome.path.name == "b.yml"
    assert not (repository.root / FOLDER / "a.yml").exists()


def test_files_of_the_same_name_in_two_folders_are_both_written(repository: Repository) -> None:
    repository.write(
        "pyproject.toml",
        """\
        [tool.ci-kit.workflows.dependabot]
        [tool.ci-kit.workflows.updates]
        template = "dependabot"
        """,
    )
    paths = [outcome.path for outcome in write(repository.root, Host(), ["dependabot"])]
    assert [str(path.relative_to(repository.root)) for path in paths] == [
        f"{FOLDER}/dependabot.yml",
        ".github/dependabot.yml",
    ]


def test_a_name_that_no_file_has_is_one_error(repository: Repository) -> None:
    with pytest.raises(UsageError) as caught:
        write(repository.root, Host(), ["zz"])
    assert "the workflows are ci" in caught.value.todo


def test_the_text_of_one_file_is_what_is_written(repository: Repository) -> None:
    repository.write("pyproject.toml", "[tool.ci-kit.workflows.a]\n[tool.ci-kit.workflows.b]\n")
    with pytest.raises(UsageError, match="--stdout prints one file") as caught:
        text_of_one(repository.root, [])
    assert caught.value.todo == "name one: a, b"
    text = text_of_one(repository.root, ["b"])
    write(repository.root, Host())
    assert (repository.root / FOLDER / "b.yml").read_text(encoding="utf-8") == text


def test_a_wrong_workflow_leaves_every_file_as_it_is(repository: Repository) -> None:
    repository.write("pyproject.toml", "[tool.ci-kit.workflows.a]\n[tool.ci-kit.workflows.b]\n")
    repository.write(f"{FOLDER}/b.yml", "name: by hand\n")
    with pytest.raises(UsageError, match="was not generated"):
        write(repository.root, Host())
    assert not (repository.root / FOLDER / "a.yml").exists()


def test_a_project_of_a_monorepo_runs_for_changes_of_its_folder_and_of_the_lock_file_above_it(
    repository: Repository,
) -> None:
    repository.write("uv.lock", "")
    repository.write("services/api/pyproject.toml", "[project]\nname = 'api'\n")
    repository.write(
        "pyproject.toml",
        '[tool.ci-kit.workflows.api]\nworking-directory = "services/api"\npaths = "auto"\n',
    )
    assert repository.parsed()["on"]["push"]["paths"] == [
        "services/api/**",
        f"{FOLDER}/api.yml",
        "uv.lock",
    ]
    assert repository.parsed()["on"]["pull_request"] == {"paths": repository.parsed()["on"]["push"]["paths"]}


def test_dependabot_gets_the_folders_of_all_projects(repository: Repository) -> None:
    repository.write("uv.lock", "")
    repository.write("api/requirements.txt", "pytest\n")
    repository.write("web/poetry.lock", "")
    repository.write(
        "pyproject.toml",
        """\
        [tool.ci-kit.workflow]
        [tool.ci-kit.workflows.api]
        working-directory = "api"
        [tool.ci-kit.workflows.web]
        working-directory = "web"
        [tool.ci-kit.workflows.dependabot]
        template = "dependabot"
        """,
    )
    *_, dependabot = load_workflows(repository.root)
    assert dependabot.settings.ecosystems == {"uv": ("/",), "pip": ("/api", "/web")}


def test_each_value_is_explained_with_its_source(repository: Repository) -> None:
    repository.write("uv.lock", "")
    repository.write(
        "pyproject.toml",
        """\
        [project]
        requires-python = ">=3.12,<3.14"
        [tool.ci-kit.workflow]
        timeout-minutes = 7
        [tool.ci-kit.workflows.matrix]
        template = "matrix"
        branches = ["x"]
        env = {A = "b c"}
        """,
    )
    text = explain(repository.root, ["matrix"])
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0] == f"{FOLDER}/matrix.yml, from [tool.ci-kit.workflows.matrix] with the template matrix"
    for line in (
        'branches ["x"] ([tool.ci-kit.workflows.matrix] branches in pyproject.toml)',
        "timeout-minutes 7 ([tool.ci-kit.workflow] timeout-minutes in pyproject.toml)",
        'python-versions ["3.12", "3.13"] (requires-python in pyproject.toml)',
        'servers ["mysql-8.4", "mariadb-11.4"] (no version in the project)',
        'env {A = "b c"} ([tool.ci-kit.workflows.matrix] env in pyproject.toml)',
        'runs-on "ubuntu-24.04" (the default)',
        "install python -m pip install uv (the project's files)",
        "uv sync --python python --all-groups --locked",
    ):
        assert line in lines
    assert "schedule" not in text
