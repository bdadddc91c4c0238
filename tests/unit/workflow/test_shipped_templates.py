"""Each shipped template: what it writes, and that every linter accepts it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from ruamel.yaml import YAML

from ci_kit.host.machine import Host
from ci_kit.workflow.files import render_files
from ci_kit.workflow.pins import PINS
from ci_kit.workflow.shipped import SHIPPED
from ci_kit.workflow.writing import write
from tests.support.waiting import LIMIT
from tests.unit.workflow.tools import tool

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

TABLES = """\
[project]
name = "demo"
requires-python = ">=3.12"
[dependency-groups]
dev = ["black", "ruff", "isort", "flake8", "mypy", "pyright"]
[tool.ruff.format]
quote-style = "single"
[tool.ci-kit.workflow]
action = "owner/ci-kit@0123456789abcdef0123456789abcdef01234567 # v1.0.0"
env = {TOKEN = "${{ secrets.TOKEN }}", ZERO = "0000", NO = "no"}
"""
TEMPLATES = [name for name in SHIPPED if name != "ci"]


@pytest.fixture
def all_templates(repository: Repository) -> Repository:
    """A project with a workflow of each template."""
    (repository.root / ".git").mkdir()
    more = "".join(f'[tool.ci-kit.workflows.{name}]\ntemplate = "{name}"\n' for name in TEMPLATES)
    repository.write("pyproject.toml", TABLES + more)
    return repository


def rendered(repository: Repository, template: str, settings: str = "") -> Any:
    """The file of one template with some settings, each scalar as its text."""
    table = "workflow" if template == "ci" else f"workflows.{template}"
    more = "" if template == "ci" else f'[tool.ci-kit.{table}]\ntemplate = "{template}"\n'
    repository.write("pyproject.toml", f"{TABLES}{more}{settings}")
    (file,) = render_files(repository.root, [template])
    return yaml.load(file.text, yaml.BaseLoader)


@pytest.mark.parametrize(
    "command",
    [
        "actionlint -no-color",
        "zizmor --offline --no-progress --pedantic .",
        "check-jsonschema --builtin-schema vendor.github-workflows WORKFLOWS",
        "check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml",
    ],
)
def test_linters_accept_every_template(all_templates: Repository, command: str) -> None:
    write(all_templates.root, Host())
    files = sorted(map(str, (all_templates.root / ".github/workflows").iterdir()))
    assert len(files) == len(SHIPPED) - 1
    words = [word for part in command.split() for word in (files if part == "WORKFLOWS" else [part])]
    done = subprocess.run(
        [tool(words[0]), *words[1:]],
        cwd=all_templates.root,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_template_is_the_same_data_in_yaml_1_1_and_1_2(all_templates: Repository) -> None:
    for file in render_files(all_templates.root):
        assert yaml.safe_load(file.text) == YAML(typ="safe", pure=True).load(file.text)


def test_every_template_looks_alike(all_templates: Repository) -> None:
    for file in render_files(all_templates.root):
        assert file.text == "".join(f"{line.rstrip()}\n" for line in file.text.splitlines())
        assert "\n\n\n" not in file.text
        # Flow style only where block style cannot state it: an empty mapping.
        assert "[" not in "".join(
            line for line in file.text.splitlines() if "#" not in line and "$" not in line
        )
        for action in PINS:
            assert f"{action}@" not in file.text.replace(str(PINS[action]), "")


def test_each_job_states_its_permissions_and_its_time(all_templates: Repository) -> None:
    for file in render_files(all_templates.root):
        workflow = yaml.safe_load(file.text)
        for job in workflow.get("jobs", {}).values():
            assert workflow["permissions"] == {}
            # Without a checkout, a job may need no permission.
            checks_out = any("checkout" in step.get("uses", "") for step in job["steps"])
            assert job["permissions"] or not checks_out
            assert job["timeout-minutes"] <= 15


def test_static_analysis_runs_every_linter_of_the_project_and_changes_nothing(
    repository: Repository,
) -> None:
    steps = rendered(repository, "ci")["jobs"]["static-analysis"]["steps"]
    commands = [step["run"] for step in steps if step.get("run", "").startswith(".venv/")]
    assert commands == [
        ".venv/bin/black --check --diff .",
        ".venv/bin/ruff format --check --diff .",
        ".venv/bin/isort --check-only --diff .",
        ".venv/bin/ruff check .",
        ".venv/bin/flake8 --extend-exclude=.venv .",
        ".venv/bin/mypy .",
        ".venv/bin/pyright",
    ]
    # The findings of one linter do not hide those of the next.
    assert all("!cancelled()" in step["if"] for step in steps[-6:])


def test_a_matrix_has_each_python_server_and_operating_system(repository: Repository) -> None:
    job = rendered(repository, "matrix", 'operating-systems = ["ubuntu-24.04", "ubuntu-24.04-arm"]\n')[
        "jobs"
    ]["test"]
    assert job["strategy"] == {
        "fail-fast": "false",
        "matrix": {
            "python": ["3.12", "3.13", "3.14"],
            "server": ["mysql-8.4", "mariadb-11.4"],
            "os": ["ubuntu-24.04", "ubuntu-24.04-arm"],
        },
    }
    assert job["runs-on"] == "${{ matrix.os }}"
    assert job["name"] == "Tests on Python ${{ matrix.python }}, ${{ matrix.server }}, ${{ matrix.os }}"
    assert job["steps"][-1]["with"] == {"mysql-version": "${{ matrix.server }}"}


@pytest.mark.parametrize(
    ("server", "image", "check"),
    [("9", "mysql:9", "mysqladmin ping"), ("mariadb-11.4", "mariadb:11.4", "healthcheck.sh --connect")],
)
def test_the_tests_wait_for_the_service_container_and_log_in_there(
    repository: Repository, server: str, image: str, check: str
) -> None:
    job = rendered(repository, "service-container", f'server = "{server}"\n')["jobs"]["test"]
    service = job["services"]["mysql"]
    assert service["image"] == image
    assert check in service["options"]
    assert job["steps"][-1]["with"] == {
        "mysql": "external",
        "mysql-host": "127.0.0.1",
        "mysql-port": "${{ job.services.mysql.ports['3306'] }}",
        "mysql-password": service["env"]["MYSQL_ROOT_PASSWORD"],
    }


@pytest.mark.parametrize(
    "place",
    ["inputs = {mysql-password = '${{ secrets.DB }}'}", "env = {MYSQL_PASSWORD = '${{ secrets.DB }}'}"],
)
def test_the_password_of_the_project_is_that_of_the_service_container(
    repository: Repository, place: str
) -> None:
    job = rendered(repository, "service-container", f"{place}\n")["jobs"]["test"]
    assert job["services"]["mysql"]["env"] == {"MYSQL_ROOT_PASSWORD": "${{ secrets.DB }}"}
    assert job["steps"][-1]["with"]["mysql-password"] == "${{ secrets.DB }}"


def test_inputs_of_the_first_workflow_do_not_lead_the_tests_to_another_server(repository: Repository) -> None:
    repository.write(
        "pyproject.toml",
        f"""\
        [tool.ci-kit.workflow]
        action = "owner/ci-kit@{"0" * 40}"
        [tool.ci-kit.workflow.inputs]
        mysql = "private"
        mysql-version = "mariadb-11.8"
        database = "meeting"
        [tool.ci-kit.workflows.container]
        template = "service-container"
        [tool.ci-kit.workflows.matrix]
        template = "matrix"
        [tool.ci-kit.workflows.fixed]
        template = "matrix"
        servers = ["9.1"]
        """,
    )
    jobs = [yaml.load(file.text, yaml.BaseLoader)["jobs"]["test"] for file in render_files(repository.root)]
    _, container, matrix, fixed = (job["steps"][-1]["with"] for job in jobs)
    assert container["mysql"] == "external"
    assert "mysql-version" not in container
    assert container["database"] == "meeting"
    assert jobs[1]["services"]["mysql"]["image"] == "mariadb:11.8"
    assert matrix["mysql-version"] == "mariadb-11.8"
    assert fixed["mysql-version"] == "9.1"


def test_a_version_that_is_an_expression_decides_no_image(repository: Repository) -> None:
    settings = "inputs = {mysql-version = '${{ vars.MYSQL }}'}\n"
    job = rendered(repository, "reusable", settings)["jobs"]["test"]
    assert job["steps"][-1]["with"] == {"mysql-version": "${{ vars.MYSQL }}"}


def test_a_reusable_workflow_declares_its_inputs_secrets_and_outputs(repository: Repository) -> None:
    workflow = rendered(repository, "reusable")
    call = workflow["on"]["workflow_call"]
    assert call["inputs"]["python-version"]["default"] == "3.13"
    assert call["secrets"] == {"TOKEN": {"required": "true"}}
    assert call["outputs"]["outcome"]["value"] == "${{ jobs.test.outputs.outcome }}"
    # With the group of its caller, the two would wait for each other.
    assert "concurrency" not in workflow
    assert workflow["jobs"]["test"]["steps"][1]["with"] == {"python-version": "${{ inputs.python-version }}"}


def test_a_nightly_workflow_has_only_a_schedule(repository: Repository) -> None:
    workflow = rendered(repository, "nightly", 'schedule = "5 3 * * mon"\n')
    assert workflow["on"] == {"schedule": [{"cron": "5 3 * * mon"}], "workflow_dispatch": ""}
    assert workflow["concurrency"]["cancel-in-progress"] == "false"


def test_only_the_job_that_publishes_can_log_in_and_only_attested_files_are_published(
    repository: Repository,
) -> None:
    workflow = rendered(repository, "release", 'tags = ["v[0-9]*"]\nenvironment = "index"\n')
    build, attest, publish = workflow["jobs"].values()
    assert workflow["on"] == {"push": {"tags": ["v[0-9]*"]}}
    assert build["permissions"] == {"contents": "read"}
    assert attest["permissions"] == {"attestations": "write", "id-token": "write"}
    assert publish["permissions"] == {"id-token": "write"}
    assert (attest["needs"], publish["needs"], publish["environment"]) == ("build", "attest", "index")
    # A cached package could get into the release.
    assert "actions/cache" not in str(workflow)
    assert "secrets" not in str(workflow)


def test_the_release_of_a_project_in_a_folder_keeps_the_distributions_of_that_folder(
    repository: Repository,
) -> None:
    repository.write("api/pyproject.toml", "")
    steps = rendered(repository, "release", 'working-directory = "api"\n')["jobs"]["build"]["steps"]
    assert steps[-2]["working-directory"] == "api"
    assert steps[-1]["with"]["path"] == "api/dist/"


def test_dependabot_waits_before_it_takes_a_new_release(repository: Repository) -> None:
    updates = rendered(repository, "dependabot", 'interval = "monthly"\ncooldown-days = 10\n')["updates"]
    assert [update["package-ecosystem"] for update in updates] == ["github-actions", "pip"]
    for update in updates:
        assert update["schedule"] == {"interval": "monthly"}
        assert update["cooldown"] == {"default-days": "10"}


def test_a_partial_of_the_project_replaces_the_shipped_one_in_every_template(
    all_templates: Repository,
) -> None:
    settings = (all_templates.root / "pyproject.toml").read_text(encoding="utf-8")
    all_templates.write(
        "pyproject.toml",
        settings.replace("[tool.ci-kit.workflow]", '[tool.ci-kit.workflow]\ntemplates = "own"'),
    )
    all_templates.write("own/_checkout.jinja", "      - name: Our checkout\n        uses: ./checkout\n")
    for file in render_files(all_templates.root):
        assert "actions/checkout" not in file.text
        assert ("Our checkout" in file.text) == file.settings.is_workflow


def test_a_block_of_a_template_is_replaced_where_the_project_s_template_extends_it(
    repository: Repository,
) -> None:
    repository.write(
        "own/nightly.yml.jinja",
        '<% extends "ci-kit/nightly.yml.jinja" %>\n'
        "<% block before_tests %>\n\n      - run: make data\n<% endblock %>\n",
    )
    steps = rendered(repository, "nightly", 'templates = "own"\n')["jobs"]["test"]["steps"]
    assert steps[-2] == {"run": "make data"}


def test_the_shipped_templates_are_the_table_s() -> None:
    from ci_kit.templating import shipped_templates
    from ci_kit.workflow.render import TEMPLATES as FOLDER

    files = Path(shipped_templates() / FOLDER).glob("*.yml.jinja")
    assert {file.name.removesuffix(".yml.jinja") for file in files} == SHIPPED.keys()


def test_the_jobs_of_a_sharded_workflow_split_the_tests_by_the_same_durations(repository: Repository) -> None:
    jobs = rendered(repository, "sharded", 'shards = 5\ninputs = {fail-under = "90", database = "shop"}\n')[
        "jobs"
    ]
    assert list(jobs) == ["durations", "test", "combine"]
    assert jobs["test"]["strategy"]["matrix"] == {"shard": list("12345")}
    (run,) = (step for step in jobs["test"]["steps"] if step.get("id") == "ci-kit")
    assert run["with"]["shard"] == "${{ matrix.shard }}/5"
    assert run["with"]["database"] == "shop"
    (combine,) = (step for step in jobs["combine"]["steps"] if step.get("id") == "ci-kit")
    assert combine["with"]["command"] == "combine"
    # A threshold is for all shards together.
    assert combine["with"]["fail-under"] == "90"
    assert "fail-under" not in run["with"]
    stored = [step["with"]["name"] for step in jobs["durations"]["steps"] if "name" in step.get("with", {})]
    read = [step["with"].get("pattern") for step in jobs["test"]["steps"] if "with" in step]
    assert stored == ["ci-kit-history"]
    assert "ci-kit-history" in read


def test_a_sharded_workflow_of_a_project_without_a_history_has_no_job_for_it(repository: Repository) -> None:
    jobs = rendered(repository, "sharded", '[tool.ci-kit]\nhistory = "none"\n')["jobs"]
    assert list(jobs) == ["test", "combine"]
    assert "needs" not in jobs["test"]


def test_the_shards_of_a_matrix_have_names_of_their_own(repository: Repository) -> None:
    jobs = rendered(repository, "sharded", 'shards = 2\npython-versions = ["3.12", "3.13"]\n')["jobs"]
    assert jobs["test"]["strategy"]["matrix"] == {"python": ["3.12", "3.13"], "shard": ["1", "2"]}
    (name,) = (
        step["with"]["name"]
        for step in jobs["test"]["steps"]
        if step["name"].startswith("Upload the results")
    )
    assert name == "ci-kit-shard-${{ matrix.python }}-${{ matrix.shard }}"
