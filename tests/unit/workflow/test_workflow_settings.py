"""What [tool.ci-kit.workflow] accepts, and the errors for everything else."""

from __future__ import annotations

import dataclasses
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from ci_kit.errors import UsageError
from ci_kit.settings.server_version import WantedVersion
from ci_kit.workflow.action import own_action
from ci_kit.workflow.checks import INPUTS
from ci_kit.workflow.linters import LinterStep
from ci_kit.workflow.loading import load_workflow_settings
from ci_kit.workflow.options import WORKFLOW_OPTIONS
from ci_kit.workflow.settings import WorkflowSettings
from ci_kit.workflow.uses import Uses
from ci_kit.workflow.writing import write
from tests.unit.support import ROOT, console_text, make_host

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

SHA = "0123456789012345678901234567890123456789"


def message(repository: Repository) -> str:
    with pytest.raises(UsageError) as caught:
        load_workflow_settings(repository.root)
    return "\n".join(caught.value.lines())


def test_an_empty_table_has_a_value_for_everything(repository: Repository) -> None:
    settings = load_workflow_settings(repository.root)
    assert settings.name == "CI"
    assert settings.path == PurePosixPath(".github/workflows/ci.yml")
    assert settings.branches == ("main",)
    assert settings.python_versions == ("3.13",)
    assert settings.runs_on == "ubuntu-24.04"
    assert settings.timeout_minutes == 15
    assert settings.action == Uses("./")
    assert (settings.paths, settings.servers, settings.linters) == ((), (), ())
    assert (settings.inputs, settings.env, settings.history, settings.comments) == ({}, {}, "", False)
    assert not settings.failed_first
    assert settings.template == "ci"
    assert settings.templates is None
    assert not settings.matrix
    assert settings.folder == ""


def test_every_key_is_read(repository: Repository) -> None:
    repository.write("app/pyproject.toml", "")
    repository.write("ci/ci.yml.jinja", "")
    repository.configure(
        name="Tests",
        path=".github/workflows/tests.yaml",
        branches=["main", "release/**"],
        python_versions=["3.12", "3.13"],
        runs_on="${{ vars.RUNNER }}",
        timeout_minutes=5,
        working_directory="./app",
        install="make install",
        action=f"ci-kit/ci-kit@{SHA} # v1.2.3",
        inputs={"anything": 3, "flag": True},
        env={"TOKEN": "${{ secrets.TOKEN }}", "EMPTY": ""},
        history=True,
        act=True,
        cache=False,
        paths=["app/**", "!app/docs/**"],
        linters=["make lint"],
        template="own",
        templates="ci",
        servers=["8.4"],
        operating_systems=["ubuntu-24.04-arm"],
        server="mariadb-11.4",
        schedule="0 3 * * mon",
        tags=["v*", "w*"],
        environment="release",
        interval="daily",
        cooldown_days=3,
    )
    settings = load_workflow_settings(repository.root)
    assert settings == WorkflowSettings(
        name="Tests",
        path=PurePosixPath(".github/workflows/tests.yaml"),
        branches=("main", "release/**"),
        paths=("app/**", "!app/docs/**"),
        python_versions=("3.12", "3.13"),
        servers=("8.4",),
        shards=3,
        operating_systems=("ubuntu-24.04-arm",),
        server=WantedVersion("MariaDB", (11, 4)),
        runs_on="${{ vars.RUNNER }}",
        timeout_minutes=5,
        working_directory=PurePosixPath("app"),
        install="make install",
        cache=False,
        linters=(LinterStep("Run make lint", "make lint"),),
        action=Uses("ci-kit/ci-kit", SHA, "v1.2.3"),
        inputs={"anything": "3", "flag": "true"},
        env={"TOKEN": "${{ secrets.TOKEN }}", "EMPTY": ""},
        act=True,
        schedule="0 3 * * mon",
        tags=("v*", "w*"),
        environment="release",
        interval="daily",
        cooldown_days=3,
        history="app/.ci-kit",
        failed_first=False,
        comments=False,
        template="own",
        templates=PurePosixPath("ci"),
        table="tool.ci-kit.workflow",
        cached=settings.cached,
        ecosystems={"pip": ("/app",)},
    )


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("name", "", "expected a string that is not blank"),
        ("name", "CI ${{ github.ref }}", "does not evaluate expressions here"),
        ("path", "ci.yml", "GitHub reads workflows from .github/workflows"),
        ("path", ".github/workflows/../../ci.yml", "inside the repository"),
        ("path", "/etc/.github/workflows/ci.yml", "inside the repository"),
        ("path", ".github/workflows/deep/ci.yml", "GitHub reads workflows from .github/workflows"),
        ("path", ".github/workflows/ci.txt", "GitHub reads workflows from .github/workflows"),
        ("branches", [], "expected a list of strings"),
        ("branches", "main", "expected a list of strings"),
        ("branches", ["main", "main"], "the list contains 'main' twice"),
        ("python-versions", [3.10], "write it in quotes, because the number 3.10 is 3.1"),
        ("python-versions", [3], "expected a string"),
        ("runs-on", ["a"], "expected a string"),
        ("timeout-minutes", 0, "expected a whole number from 1 to 50400"),
        ("timeout-minutes", True, "expected a whole number from 1 to 50400"),
        ("timeout-minutes", "15m", "expected a whole number from 1 to 50400"),
        ("working-directory", "../elsewhere", "inside the repository"),
        ("working-directory", "nowhere", "name a folder below"),
        ("templates", "nowhere", "name a folder below"),
        ("install", [], "expected a string or a list of shell commands"),
        ("install", 1, "expected a string or a list of shell commands"),
        ("action", "ci-kit", '"OWNER/REPOSITORY@REF"'),
        ("action", "ci-kit/ci-kit", '"OWNER/REPOSITORY@REF"'),
        ("action", "a/b@c\nrun: evil", '"OWNER/REPOSITORY@REF"'),
        ("inputs", ["a"], "expected a table"),
        ("inputs", {"a b": "c"}, "'a b' is not a valid name"),
        ("inputs", {"databse": "x"}, "did you mean 'database'?"),
        ("inputs", {"working-directory": "x"}, "set it in [tool.ci-kit.workflow] itself"),
        ("env", {"A-B": "c"}, "'A-B' is not a valid name"),
        ("env", {"A": ["c"]}, "A: expected a string"),
        ("env", {"VERSION": 3.10}, "VERSION: expected a string: write it in quotes"),
        ("act", "perhaps", "expected true or false"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place_and_what_to_do(
    repository: Repository, key: str, value: object, expected: str
) -> None:
    repository.configure(**{key: value})
    text = message(repository)
    assert expected in text
    assert f"[tool.ci-kit.workflow] {key} in pyproject.toml" in text


def test_a_key_with_a_typing_mistake_is_recognised(repository: Repository) -> None:
    repository.configure(python_version=["3.13"])
    assert "unknown setting 'python-version'" in message(repository)
    assert "did you mean 'python-versions'?" in message(repository)


def test_a_key_like_no_other_lists_them(repository: Repository) -> None:
    repository.configure(zzz=1)
    assert "the settings are name, path" in message(repository)


def test_all_wrong_keys_and_values_are_reported_at_once(repository: Repository) -> None:
    repository.configure(
        python_version=["3.13"], act="perhaps", templates="nowhere", inputs={"databse": "x"}, name="Tests"
    )
    lines = message(repository).splitlines()
    assert lines[0] == "4 settings are wrong"
    for line in (
        "unknown setting 'python-version'",
        "  do:  did you mean 'python-versions'?",
        "  why: expected true or false; it came from [tool.ci-kit.workflow] act in pyproject.toml",
        "templates is not a folder of the repository: nowhere",
        "action.yml does not have the input 'databse'",
        "  do:  did you mean 'database'?",
    ):
        assert f"       | {line}" in lines


def test_the_table_and_the_settings_have_the_same_fields() -> None:
    fields = {field.name for field in dataclasses.fields(WorkflowSettings)} - {
        "table",
        "cached",
        "comments",
        "failed_first",
        "ecosystems",
    }
    assert {option.field for option in WORKFLOW_OPTIONS} == fields


def test_a_table_that_is_none_is_refused(repository: Repository) -> None:
    repository.write("pyproject.toml", "[tool.ci-kit]\nworkflow = 1\n")
    assert "[tool.ci-kit.workflow]" in message(repository)


def test_a_folder_that_a_link_leads_out_of_the_repository_is_refused(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (repository.root / "app").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    repository.configure(working_directory="app")
    assert "working-directory is not a folder of the repository" in message(repository)


@pytest.mark.parametrize("action", [None, "name: other\nruns: {}\n"])
def test_a_repository_that_is_not_ci_kit_must_say_which_action_it_uses(
    repository: Repository, action: str | None
) -> None:
    repository.write("action.yml", action or "")
    if action is None:
        (repository.root / "action.yml").unlink()
    assert 'action = "OWNER/ci-kit@SHA"' in message(repository)


def test_an_action_file_that_is_broken_is_named(repository: Repository) -> None:
    repository.write("action.yml", "name: [")
    assert "cannot read" in message(repository)
    assert "action.yml" in message(repository)


def test_inputs_of_an_action_elsewhere_are_not_judged(repository: Repository) -> None:
    repository.configure(action=f"a/b@{SHA}", inputs={"databse": "x"})
    assert load_workflow_settings(repository.root).inputs == {"databse": "x"}


def test_the_inputs_of_the_action_are_those_of_action_yml() -> None:
    own = own_action(ROOT)
    assert own
    assert set(own.inputs) == set(INPUTS)


@pytest.mark.parametrize(
    ("action", "warned"),
    [("owner/ci-kit@v1", True), ("owner/ci-kit-fork@v1", True), ("owner/other@v1", False)],
)
def test_an_input_that_ci_kit_does_not_have_is_a_warning(
    repository: Repository, action: str, warned: bool
) -> None:
    (repository.root / "action.yml").unlink()
    repository.configure(action=action, inputs={"databse": "x", "database": "y"})
    host = make_host()
    write(repository.root, host)
    told = (
        "the input 'databse', from [tool.ci-kit.workflow] inputs in pyproject.toml; did you mean 'database'?"
    )
    assert (told in " ".join(console_text(host).split())) == warned
