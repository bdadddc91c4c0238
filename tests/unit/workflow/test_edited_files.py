"""Files that a person has written or edited: what ci-kit keeps, refuses, and tells."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from ci_kit.errors import OutOfDateError, UsageError
from ci_kit.host.machine import Host
from ci_kit.workflow.loss import lost
from ci_kit.workflow.pins import PINS
from ci_kit.workflow.writing import check, show_difference, write
from tests.unit.support import console_text, make_host

if TYPE_CHECKING:
    from tests.unit.workflow.conftest import Repository

SECTION = """\

      # ci-kit: keep
      - name: Ours
        run: make ours
      # ci-kit: end keep
"""
BY_HAND = """\
on: [push, release]
env: {TZ: Asia/Seoul}
jobs:
  lint:
    runs-on: x
    steps: [{run: make lint}]
  test:
    runs-on: x
    env: {A: 1}
    steps:
      - name: Check out the repository
        uses: actions/checkout@v4
      - uses: actions/cache@v4
      - run: |
          poetry run coverage run -m pytest
        env: {B: 2}
"""


def edit(repository: Repository, old: str, new: str) -> None:
    text = repository.workflow.read_text(encoding="utf-8")
    assert old in text
    repository.workflow.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_edited_file_is_not_replaced_without_force(repository: Repository) -> None:
    write(repository.root, Host())
    edit(repository, "          python-version", "          cache: pip\n          python-version")
    repository.configure(timeout_minutes=7)
    before = repository.workflow.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="was edited after ci-kit wrote it"):
        write(repository.root, Host())
    assert repository.workflow.read_text(encoding="utf-8") == before
    assert write(repository.root, Host(), force=True)[0].state == "written"
    assert repository.workflow.read_text(encoding="utf-8") == repository.text()


def test_a_section_stays_across_renders_and_is_no_edit(repository: Repository) -> None:
    write(repository.root, Host())
    with repository.workflow.open("a", encoding="utf-8") as file:
        file.write(SECTION)
    check(repository.root, Host())
    repository.configure(timeout_minutes=7)
    write(repository.root, Host())
    text = repository.workflow.read_text(encoding="utf-8")
    assert text.endswith(SECTION)
    assert "timeout-minutes: 7" in text
    check(repository.root, Host())


def test_a_section_that_is_not_valid_there_is_one_error(repository: Repository) -> None:
    write(repository.root, Host())
    edit(repository, "jobs:\n", "# ci-kit: keep\njobs: {}\n# ci-kit: end keep\njobs:\n")
    with pytest.raises(UsageError, match="is not valid with its sections") as caught:
        write(repository.root, Host())
    assert "the key 'jobs' occurs twice" in caught.value.why


def test_force_keeps_sections_and_tells_what_it_removes(repository: Repository) -> None:
    write(repository.root, Host())
    with repository.workflow.open("a", encoding="utf-8") as file:
        file.write(f"      - name: Mine\n        run: make\n{SECTION}")
    with pytest.raises(UsageError) as caught:
        write(repository.root, Host())
    assert caught.value.details == ("--force would remove the step 'Mine' of the job 'test'",)
    host = make_host()
    write(repository.root, host, force=True)
    assert "ci.yml loses the step 'Mine' of the job 'test'" in console_text(host)
    assert repository.workflow.read_text(encoding="utf-8").endswith(SECTION)


def test_a_check_says_that_a_file_was_edited(repository: Repository) -> None:
    write(repository.root, Host())
    edit(repository, "name: CI", "name: Mine")
    with pytest.raises(OutOfDateError) as caught:
        check(repository.root, Host())
    assert caught.value.why == "its lines do not fit its checksum"


def test_a_pin_that_dependabot_has_updated_is_named(repository: Repository) -> None:
    write(repository.root, Host())
    edit(repository, str(PINS["actions/checkout"]), f"actions/checkout@{'f' * 40} # v8.0.0")
    with pytest.raises(UsageError) as caught:
        write(repository.root, Host())
    assert "actions/checkout is v8.0.0 in the file" in caught.value.why


def test_all_that_a_file_by_hand_would_lose_is_listed() -> None:
    new = "'on': push\njobs:\n  test:\n    steps:\n      - {name: Check out the repository}\n"
    assert lost(BY_HAND, new) == (
        "the trigger 'release'",
        "the variable TZ of the workflow",
        "the job 'lint' with 1 step",
        "the step 'actions/cache' of the job 'test'",
        "the step 'poetry run coverage run -m pytest' of the job 'test'",
        "the variable A of the job 'test'",
        "the variable B of the job 'test'",
    )


@pytest.mark.parametrize("current", ["a: [", "- x", "on:\n  push:\njobs: 1\n", "jobs: {a: 1, b: {steps: 1}}"])
def test_the_loss_of_a_broken_file_is_listed_without_an_error(current: str) -> None:
    assert isinstance(lost(current, "on: push\njobs: {}\n"), tuple)


def test_a_file_that_loses_nothing_lists_nothing(repository: Repository) -> None:
    assert lost(repository.text(), repository.text()) == ()


@pytest.mark.parametrize(
    ("step", "named"),
    [
        ("run: poetry run coverage run -m pytest", True),
        ("run: python manage.py test", True),
        ("run: tox -e py", True),
        ("uses: owner/ci-kit@v1", True),
        ("run: pip install pytest tox", False),
        ("run: make docs", False),
    ],
)
def test_another_workflow_that_runs_the_tests_is_named_when_the_file_is_new(
    repository: Repository, step: str, named: bool
) -> None:
    repository.write(".github/workflows/cy.yml", f"on: push\njobs:\n  build:\n    steps:\n      - {step}\n")
    repository.write(".github/workflows/broken.yml", "on: [\n")
    host = make_host()
    write(repository.root, host)
    assert ("the tests already run in cy.yml (job build)" in console_text(host)) == named
    again = make_host()
    write(repository.root, again)
    assert "already run" not in console_text(again)


def test_the_difference_is_what_git_applies(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    write(repository.root, Host())
    expected = repository.workflow.read_bytes()
    edit(repository, "name: CI\n", "name: Mine\n")
    repository.write("pyproject.toml", "[tool.ci-kit.workflow]\n[tool.ci-kit.workflows.new]\n")
    show_difference(repository.root, make_host())
    patch = repository.write("patch", capsys.readouterr().out)
    subprocess.run(["git", "apply", str(patch)], cwd=repository.root, check=True, timeout=60)
    assert repository.workflow.read_bytes() == expected
    check(repository.root, make_host())


def test_each_stale_file_is_annotated_at_its_first_difference(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write("pyproject.toml", "[tool.ci-kit.workflows.a]\n[tool.ci-kit.workflows.b]\n")
    write(repository.root, Host())
    repository.write(
        "pyproject.toml", "[tool.ci-kit.workflows.a]\nname = 'x'\n[tool.ci-kit.workflows.b]\nname = 'y'\n"
    )
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(repository.root)}
    with pytest.raises(OutOfDateError) as caught:
        check(repository.root, make_host(environ))
    assert caught.value.what == "2 generated files are not up to date"
    commands = [line for line in capsys.readouterr().out.splitlines() if line.startswith("::error ")]
    assert [command.split("::")[1] for command in commands] == [
        f"error file=.github/workflows/{name}.yml,line=3,title=ci-kit render --check" for name in "ab"
    ]
