"""The rendered workflow: what GitHub does with it, and what linters report."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ci_kit.errors import UsageError
from ci_kit.host.machine import Host
from ci_kit.report.outputs import OUTPUTS
from ci_kit.workflow.pins import PINS
from ci_kit.workflow.writing import write
from tests.support.waiting import LIMIT
from tests.unit.workflow.tools import tool

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

HOSTILE = 'it\'s "x": `id` $(id) # ${{ github.token }}\n- \\ 한국어\t\u2028end'
VARIANTS: dict[str, dict[str, object]] = {
    "the defaults": {},
    "everything": {
        "name": "시험: CI #1",
        "branches": ["main", "release/**", "on", "1.10"],
        "python_versions": ["3.10", "3.13"],
        "timeout_minutes": 5,
        "working_directory": "app",
        "install": ["python -m venv .venv", 'if [[ -n "${CI}" ]]; then\n  cat <<EOF\n# x: y\nEOF\nfi'],
        "inputs": {"database": "it's: a #test", "keep-mysql": True},
        "env": {"A": "a\nb", "SECRET": "${{ secrets.SECRET }}", "B": "0123"},
        "act": True,
    },
    "a comment": {"inputs": {"comment": "auto"}, "python_versions": ["3.12", "3.13"]},
    "the history": {"history": True},
    "the history of a matrix in a folder": {
        "history": True,
        "python_versions": ["3.12", "3.13"],
        "working_directory": "app",
        "act": True,
    },
    "the failed tests of pull requests": {
        "history": True,
        "inputs": {"failed-first": "true"},
        "python_versions": ["3.12", "3.13"],
        "act": True,
    },
    "an action elsewhere": {"action": f"owner/ci-kit@{'0' * 40} # v1.0.0", "act": True},
}
LINTERS = {
    "actionlint": ["-no-color"],
    "zizmor": ["--offline", "--no-progress", "--pedantic"],
    "check-jsonschema": ["--builtin-schema", "vendor.github-workflows"],
}


def lint(repository: Repository, linter: str) -> subprocess.CompletedProcess[str]:
    argv = [tool(linter), *LINTERS[linter], ".github/workflows/ci.yml"]
    return subprocess.run(
        argv, cwd=repository.root, capture_output=True, text=True, check=False, timeout=LIMIT
    )


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest, repository: Repository) -> Repository:
    (repository.root / ".git").mkdir()  # actionlint finds the root of a repository by .git
    repository.write("app/pyproject.toml", "")
    repository.configure(**VARIANTS[request.param])
    return repository


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_accept_the_workflow(variant: Repository, linter: str) -> None:
    write(variant.root, Host())
    completed = lint(variant, linter)
    assert completed.returncode == 0, completed.stdout + completed.stderr


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_reject_a_bad_workflow(repository: Repository, linter: str) -> None:
    (repository.root / ".git").mkdir()
    repository.write(
        ".github/workflows/ci.yml",
        "on: pull_request_target\njobs: {a: {steps: [{run: 'echo ${{ github.head_ref }}', with: 1}]}}\n",
    )
    assert lint(repository, linter).returncode != 0


@pytest.fixture
def scripts(variant: Repository) -> list[str]:
    return [step["run"] for step in variant.parsed()["jobs"]["test"]["steps"] if "run" in step]


def test_scripts_contain_no_expressions(scripts: list[str]) -> None:
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def steps(repository: Repository) -> dict[str, Any]:
    return {step["name"]: step for step in repository.parsed()["jobs"]["test"]["steps"]}


def test_hostile_values_stay_exact_and_in_their_place(repository: Repository) -> None:
    script = HOSTILE.replace("${{", "${")
    repository.configure(env={"A": HOSTILE}, inputs={"database": HOSTILE}, install=script)
    job = repository.parsed()["jobs"]["test"]
    assert job["env"] == {"A": HOSTILE}
    assert steps(repository)["Run the tests"]["with"] == {"database": HOSTILE}
    assert steps(repository)["Install the project"]["run"] == script
    assert list(repository.parsed()) == ["name", "on", "permissions", "concurrency", "jobs"]


def test_it_runs_for_branches_pull_requests_and_manual_starts(repository: Repository) -> None:
    repository.configure(branches=["main", "on"])
    assert repository.parsed()["on"] == {
        "push": {"branches": ["main", "on"]},
        "pull_request": "",
        "workflow_dispatch": "",
    }


def test_only_runs_of_the_same_pull_request_share_a_group(repository: Repository) -> None:
    assert repository.parsed()["concurrency"] == {
        "group": "${{ github.workflow }}-${{ github.event.pull_request.number || github.run_id }}",
        "cancel-in-progress": "true",
    }


def test_it_can_only_read_the_repository_and_keeps_no_credentials(repository: Repository) -> None:
    assert repository.parsed()["permissions"] == {}
    assert repository.parsed()["jobs"]["test"]["permissions"] == {"contents": "read"}
    assert steps(repository)["Check out the repository"]["with"] == {"persist-credentials": "false"}


def test_one_python_version_gives_a_job_with_outputs(repository: Repository) -> None:
    repository.configure(python_versions=["3.10"])
    job = repository.parsed()["jobs"]["test"]
    assert "strategy" not in job
    assert job["outputs"] == {
        output.name: f"${{{{ steps.ci-kit.outputs.{output.name} }}}}" for output in OUTPUTS
    }
    assert steps(repository)["Set up Python"]["with"] == {"python-version": "3.10"}


def test_several_python_versions_give_a_matrix_that_finishes_every_job(repository: Repository) -> None:
    repository.configure(python_versions=["3.10", "3.13"])
    job = repository.parsed()["jobs"]["test"]
    assert job["strategy"] == {"fail-fast": "false", "matrix": {"python": ["3.10", "3.13"]}}
    assert "outputs" not in job
    assert job["name"] == "Tests on Python ${{ matrix.python }}"
    assert steps(repository)["Set up Python"]["with"] == {"python-version": "${{ matrix.python }}"}


def test_a_project_in_a_folder_is_installed_and_tested_in_it(repository: Repository) -> None:
    repository.write("app/uv.lock", "")
    repository.configure(working_directory="app", inputs={"database": "meeting"})
    assert steps(repository)["Install the project"]["working-directory"] == "app"
    assert steps(repository)["Run the tests"]["with"] == {"working-directory": "app", "database": "meeting"}


def test_a_project_at_the_root_needs_no_folder(repository: Repository) -> None:
    assert "working-directory" not in repository.text()
    assert "with" not in steps(repository)["Run the tests"]


def test_act_skips_only_the_steps_for_github_s_machines(repository: Repository) -> None:
    repository.configure(act=True)
    guarded = {name for name, step in steps(repository).items() if step.get("if") == "${{ !env.ACT }}"}
    assert guarded == {"Set up Python", "Keep the downloaded packages between runs"}


def test_without_act_steps_have_no_condition(repository: Repository) -> None:
    assert "env.ACT" not in repository.text()


def test_only_the_repository_s_own_action_has_a_linter_exception(repository: Repository) -> None:
    assert "uses: ./ # zizmor: ignore[self-repository]\n" in repository.text()
    repository.configure(action=f"owner/ci-kit@{'0' * 40} # v1.0.0")
    assert "zizmor" not in repository.text()
    assert f"uses: owner/ci-kit@{'0' * 40} # v1.0.0\n" in repository.text()


def test_no_line_ends_with_spaces_and_no_two_lines_are_empty(variant: Repository) -> None:
    text = variant.text()
    assert text == "".join(f"{line.rstrip()}\n" for line in text.splitlines())
    assert "\n\n\n" not in text


COMMENTS: dict[str, dict[str, object]] = {
    "the input": {"inputs": {"comment": "auto"}},
    "the variable": {"env": {"CI_KIT_COMMENT": "auto"}},
    "an expression": {"inputs": {"comment": "${{ vars.COMMENT }}"}},
    "the project": {"working_directory": "app"},
}

RIGHTS = {"contents": "read", "pull-requests": "write"}


@pytest.mark.parametrize("place", COMMENTS)
def test_only_a_job_that_comments_may_write_to_pull_requests(place: str, repository: Repository) -> None:
    repository.write("app/pyproject.toml", '[tool.ci-kit]\ncomment = "auto"\n')
    repository.configure(**COMMENTS[place])
    assert repository.parsed()["permissions"] == {}
    assert repository.parsed()["jobs"]["test"]["permissions"] == RIGHTS


@pytest.mark.parametrize("value", ["no", "false", "", "nonsense"])
def test_a_job_that_does_not_comment_may_not(value: str, repository: Repository) -> None:
    repository.configure(inputs={"comment": value})
    assert repository.parsed()["jobs"]["test"]["permissions"] == {"contents": "read"}


def test_an_input_counts_before_the_project(repository: Repository) -> None:
    repository.write("app/pyproject.toml", '[tool.ci-kit]\ncomment = "auto"\n')
    repository.configure(working_directory="app", inputs={"comment": "no"})
    assert repository.parsed()["jobs"]["test"]["permissions"] == {"contents": "read"}


def test_each_job_of_a_matrix_has_a_comment_of_its_own(repository: Repository) -> None:
    repository.configure(env={"CI_KIT_COMMENT": "auto"}, python_versions=["3.12", "3.13"])
    assert steps(repository)["Run the tests"]["with"] == {"run-name": "Python ${{ matrix.python }}"}
    repository.configure(env={"CI_KIT_COMMENT": "auto"})
    assert "with" not in steps(repository)["Run the tests"]


def test_the_history_is_read_by_all_and_saved_by_pushes(repository: Repository) -> None:
    repository.write("app/pyproject.toml", "")
    repository.configure(history=True, python_versions=["3.12", "3.13"], working_directory="app", act=True)
    found = steps(repository)
    names = list(found)
    restore, save = found["Restore the history of the runs"], found["Save the history of the runs"]
    assert names.index("Restore the history of the runs") < names.index("Run the tests") == len(names) - 2
    assert names[-1] == "Save the history of the runs"
    cache = PINS["actions/cache"]
    assert restore["uses"] == f"actions/cache/restore@{cache.ref}"
    assert save["uses"] == f"actions/cache/save@{cache.ref}"
    assert restore["with"] == {
        "path": "app/.ci-kit",
        "key": "ci-kit-${{ runner.os }}-${{ matrix.python }}-${{ github.run_id }}-${{ github.run_attempt }}",
        "restore-keys": "ci-kit-${{ runner.os }}-${{ matrix.python }}-",
    }
    primary = "${{ steps.history.outputs.cache-primary-key }}"
    assert save["with"] == {"path": "app/.ci-kit", "key": primary}
    assert save["if"] == "${{ !cancelled() && github.event_name != 'pull_request' && !env.ACT }}"


def test_a_pull_request_keeps_its_failed_tests_if_they_run_first(repository: Repository) -> None:
    repository.configure(history=True, inputs={"failed-first": "true"})
    found = steps(repository)
    restore = found["Restore the failed tests of the pull request"]
    save = found["Save the failed tests of the pull request"]
    names = list(found)
    # After the history, which has the failed tests of the base branch.
    assert names.index("Restore the history of the runs") + 1 == names.index(
        "Restore the failed tests of the pull request"
    )
    assert restore["with"] == {
        "path": ".ci-kit/failed-*.json",
        "key": "ci-kit-failed-${{ runner.os }}-${{ github.event.number }}-${{ github.run_id }}"
        "-${{ github.run_attempt }}",
        "restore-keys": "ci-kit-failed-${{ runner.os }}-${{ github.event.number }}-",
    }
    assert save["with"] == {
        "path": restore["with"]["path"],
        "key": "${{ steps.failed.outputs.cache-primary-key }}",
    }
    assert restore["if"] == "${{ github.event_name == 'pull_request' }}"
    assert save["if"] == "${{ !cancelled() && github.event_name == 'pull_request' }}"
    repository.configure(history=True)
    assert "Restore the failed tests of the pull request" not in steps(repository)


def test_without_the_setting_the_history_is_not_kept(repository: Repository) -> None:
    assert "Save the history of the runs" not in steps(repository)


@pytest.mark.parametrize(
    ("where", "path"),
    [("inputs", "of-inputs"), ("table", "of-table"), ("default", ".ci-kit")],
)
def test_the_workflow_keeps_the_folder_that_the_run_uses(
    where: str, path: str, repository: Repository
) -> None:
    repository.configure(history=True, inputs={"history": path} if where == "inputs" else {})
    if where != "default":
        text = (repository.root / "pyproject.toml").read_text()
        repository.write("pyproject.toml", f'[tool.ci-kit]\nhistory = "of-table"\n{text}')
    assert steps(repository)["Restore the history of the runs"]["with"]["path"] == path


def test_a_run_without_a_history_has_none_to_keep(repository: Repository) -> None:
    repository.configure(history=True, inputs={"history": "none"})
    with pytest.raises(UsageError, match="cannot keep the history"):
        repository.text()
