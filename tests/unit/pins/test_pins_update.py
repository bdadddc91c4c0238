"""``ci-kit pins update``, with real git and real repositories of actions."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from ci_kit.workflow.pins import PINS
from tests.unit.pins.conftest import Actions
from tests.unit.support import ci_kit, snapshot

CHECKOUT, PYTHON = "actions/checkout", "actions/setup-python"
FILE = ".github/ci-kit-pins.txt"


def pins_file(project: Path, lines: Iterable[str]) -> Path:
    path = project / FILE
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def pinned(project: Path, actions: Actions) -> Path:
    """The pin file of a project. Its checkout has newer releases, its setup-python is up to date."""
    actions.release(CHECKOUT, "v4.0.0", 300)
    actions.release(CHECKOUT, "v4.1.0", 30)
    actions.release(CHECKOUT, "v4.2.0", 3)
    actions.release(CHECKOUT, "v5.0.0", 20)
    actions.release(CHECKOUT, "v4.3.0-beta", 20)
    actions.release(PYTHON, "v6.0.0", 20)
    return pins_file(
        project,
        ["# Ours.", actions.pin(CHECKOUT, "v4.0.0"), "", "# More.", f"  {actions.pin(PYTHON, 'v6.0.0')}"],
    )


def update(project: Path, *words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    temporary = project.parent / "temporary"
    temporary.mkdir(exist_ok=True)
    done = ci_kit("pins", "update", "-C", project, *words, env={"RUNNER_TEMP": str(temporary), **env})
    assert "Traceback" not in done.stderr
    assert list(temporary.iterdir()) == []
    return done


def test_a_pin_moves_to_the_newest_release_that_is_old_enough(
    project: Path, pinned: Path, actions: Actions
) -> None:
    done = update(project)
    assert done.returncode == 0, done.stderr
    assert pinned.read_text().splitlines() == [
        "# Ours.",
        actions.pin(CHECKOUT, "v4.1.0"),
        "",
        "# More.",
        f"  {actions.pin(PYTHON, 'v6.0.0')}",
    ]
    assert (
        "actions/checkout v4.0.0 -> v4.1.0, 30 days old; v4.2.0 is 3 days old, and the cool-down is 7 days;"
        " v5.0.0 is a new major version, which --major takes" in done.stderr
    )
    assert "actions/setup-python v6.0.0 stays\n" in done.stderr
    assert "owner/ci-kit v1 stays: it comes from [tool.ci-kit.workflow] action in" in done.stderr
    assert ci_kit("render", "-C", project).returncode == 0
    assert actions.pin(CHECKOUT, "v4.1.0") in (project / ".github/workflows/ci.yml").read_text()


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        (["--cool-down", "0"], "v4.2.0"),
        (["--cool-down=3"], "v4.2.0"),
        (["--cool-down=4"], "v4.1.0"),
        (["--major"], "v5.0.0"),
        (["--major", "--cool-down=25"], "v4.1.0"),
        ([CHECKOUT], "v4.1.0"),
        ([PYTHON], "v4.0.0"),
    ],
)
def test_flags_and_names_decide_what_moves(
    words: list[str], tag: str, project: Path, pinned: Path, actions: Actions
) -> None:
    assert update(project, *words).returncode == 0
    assert pinned.read_text().splitlines()[1] == actions.pin(CHECKOUT, tag)


@pytest.mark.parametrize("table", ["", "[tool.ci-kit.workflows.dependabot]\ntemplate = 'dependabot'\n"])
def test_the_cool_down_is_a_setting_of_the_project(
    table: str, project: Path, pinned: Path, actions: Actions
) -> None:
    path = project / "pyproject.toml"
    path.write_text(f"{path.read_text()}{table}cooldown-days = 3\n")
    assert update(project).returncode == 0
    assert actions.pin(CHECKOUT, "v4.2.0") in pinned.read_text()


def test_the_tag_s_date_counts_if_it_is_newer_than_the_commit_s(
    project: Path, actions: Actions, pinned: Path
) -> None:
    actions.release(CHECKOUT, "v4.9.0", 200, annotated_days=2)
    done = update(project)
    assert "v4.9.0 is 2 days old, and the cool-down is 7 days" in done.stderr
    assert update(project, "--cool-down=2").returncode == 0
    assert actions.pin(CHECKOUT, "v4.9.0") in pinned.read_text()


def test_a_project_without_a_pin_file_gets_one_with_the_pins_that_move(
    project: Path, actions: Actions
) -> None:
    shipped = PINS[CHECKOUT]
    newer = f"{shipped.version.partition('.')[0]}.999.0"
    actions.release(CHECKOUT, newer)
    assert update(project, CHECKOUT).returncode == 0
    heading, *pins = (project / FILE).read_text().splitlines()
    assert heading.startswith("# ")
    assert pins == [actions.pin(CHECKOUT, newer)]
    assert ci_kit("render", "-C", project).returncode == 0
    assert pins[0] in (project / ".github/workflows/ci.yml").read_text()


def test_all_pins_of_another_file_move(project: Path, pinned: Path, actions: Actions) -> None:
    before = pinned.read_text()
    other = project / "other.txt"
    other.write_text(before)
    assert update(project, "--file", "other.txt").returncode == 0
    assert actions.pin(CHECKOUT, "v4.1.0") in other.read_text()
    assert pinned.read_text() == before
    done = update(project, "--file", "none.txt")
    assert done.returncode == 64
    assert f"there are no pins in {project / 'none.txt'}" in done.stderr


def test_a_check_and_a_dry_run_change_nothing(project: Path, pinned: Path) -> None:
    before = snapshot(project)
    check = update(project, "--check")
    assert check.returncode == 10
    assert "| actions/checkout v4.0.0 -> v4.1.0" in check.stderr
    dry = update(project, "--dry-run")
    assert dry.returncode == 0
    assert f"write {pinned}" in dry.stdout
    assert "would be written" in dry.stderr
    assert snapshot(project) == before
    assert update(project, "--check", PYTHON).returncode == 0


def test_a_second_update_changes_nothing(project: Path, pinned: Path) -> None:
    update(project)
    before = snapshot(project)
    done = update(project)
    assert done.returncode == 0
    assert "no pin moves" in done.stderr
    assert snapshot(project) == before


@pytest.mark.parametrize("annotated", [False, True])
def test_a_moved_tag_is_an_error_and_its_pin_stays(
    annotated: bool, project: Path, pinned: Path, actions: Actions
) -> None:
    actions.release(PYTHON, "v6.1.0", 20)
    old = actions.commits[CHECKOUT, "v4.0.0"]
    new = actions.release(CHECKOUT, "v4.0.0", 99, annotated_days=50 if annotated else None)
    done = update(project)
    assert done.returncode == 13
    assert "the tag v4.0.0 of actions/checkout was moved" in done.stderr
    assert f"compare/{old}...{new}" in done.stderr
    assert old in pinned.read_text()
    assert actions.pin(PYTHON, "v6.1.0") in pinned.read_text()
    assert update(project, "--check").returncode == 13


def test_all_moved_tags_are_in_one_error(project: Path, pinned: Path, actions: Actions) -> None:
    actions.release(CHECKOUT, "v4.0.0", 99)
    actions.release(PYTHON, "v6.0.0", 99)
    before = pinned.read_text()
    done = update(project)
    assert done.returncode == 13
    assert "the tags of 2 pinned actions were moved" in done.stderr
    assert pinned.read_text() == before


def test_a_tag_that_is_gone_is_a_warning(project: Path, pinned: Path, actions: Actions) -> None:
    actions.git(actions.repository(CHECKOUT), "tag", "--delete", "v4.0.0")
    done = update(project)
    assert done.returncode == 0
    assert "warning: the tag v4.0.0 of actions/checkout is gone" in done.stderr
    assert actions.pin(CHECKOUT, "v4.1.0") in pinned.read_text()


def test_a_pin_with_a_moving_version_is_known_by_its_commit(
    project: Path, pinned: Path, actions: Actions
) -> None:
    pins_file(project, [f"{CHECKOUT}@{actions.commits[CHECKOUT, 'v4.0.0']} # v4"])
    assert update(project, CHECKOUT).returncode == 0
    assert actions.pin(CHECKOUT, "v4.1.0") in pinned.read_text()
    pins_file(project, [f"{CHECKOUT}@{'f' * 40} # v4"])
    done = update(project, CHECKOUT)
    assert done.returncode == 64
    assert "no release has this commit" in done.stderr


@pytest.mark.parametrize("kind", ["gone", "no network", "broken"])
def test_a_repository_that_cannot_be_read_is_one_error_and_nothing_is_written(
    kind: str, project: Path, pinned: Path, actions: Actions
) -> None:
    repository = actions.repository(PYTHON)
    env = {}
    if kind == "gone":
        repository.rename(repository.with_name("x"))
    elif kind == "broken":
        (repository / "HEAD").unlink()
    else:
        # Nothing listens at this port.
        env = {"GIT_CONFIG_KEY_0": "url.http://127.0.0.1:1/.insteadOf"}
    before = snapshot(project)
    done = update(project, **env)
    assert done.returncode == 69
    assert "cannot read the releases of actions/" in done.stderr
    assert "check the network" in done.stderr
    assert snapshot(project) == before


def test_git_is_needed(project: Path, pinned: Path, tmp_path: Path) -> None:
    done = update(project, PATH=str(tmp_path))
    assert done.returncode == 69
    assert "cannot run git" in done.stderr
    assert "install git" in done.stderr


def test_a_hook_of_git_does_not_lead_it_to_another_repository(
    project: Path, pinned: Path, actions: Actions, tmp_path: Path
) -> None:
    actions.git(tmp_path, "init", "--quiet", "other")
    other = snapshot(tmp_path / "other")
    assert update(project, GIT_DIR=str(tmp_path / "other/.git")).returncode == 0
    assert snapshot(tmp_path / "other") == other


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("actions/checkout", 'expected "./" or'),
        ("actions/checkout@v4 # v4", "a tag or a branch can be moved"),
        (f"actions/checkout@{'a' * 39} # v4", "a tag or a branch can be moved"),
        (f"actions/checkout@{'a' * 40}", "the version is missing"),
        (f"actions/cache/save@{'a' * 40} # v4", "leave out the folder"),
        ("./ # v4", "a tag or a branch can be moved"),
        (f"a/b@{'a' * 40} # v4\na/b@{'b' * 40} # v4", "a/b is there twice"),
    ],
)
def test_a_wrong_pin_file_is_an_error_with_its_line(line: str, why: str, project: Path) -> None:
    pins_file(project, ["# Ours.", line])
    for words in (["pins"], ["pins", "update"], ["render"]):
        done = ci_kit(*words, "-C", project)
        assert done.returncode == 64
        assert f"{project / FILE}, line {2 + line.count(chr(10))} is not a pin" in done.stderr
        assert why in done.stderr


def test_an_unknown_action_is_an_error_with_the_nearest_name(project: Path) -> None:
    done = update(project, "actions/chekout")
    assert done.returncode == 64
    assert "did you mean 'actions/checkout'?" in done.stderr


def test_pins_that_dependabot_has_written_are_taken_without_a_network(project: Path) -> None:
    env = {"GIT_CONFIG_COUNT": "0", "PATH": "/nowhere"}
    assert ci_kit("render", "-C", project).returncode == 0
    workflow = project / ".github/workflows/ci.yml"
    moved = f"actions/checkout@{'f' * 40} # v9.0.0"
    lines = [
        line.partition("actions/checkout@")[0] + moved if "actions/checkout@" in line else line
        for line in workflow.read_text().splitlines()
    ]
    workflow.write_text("".join(f"{line}\n" for line in lines))
    assert "v9.0.0 is in .github/workflows/ci.yml" in ci_kit("pins", "-C", project).stdout
    check = ci_kit("render", "--check", "-C", project)
    assert check.returncode == 10
    assert "ci-kit pins update --from-workflows" in check.stderr
    stale = update(project, "--from-workflows", "--check", **env)
    assert stale.returncode == 10
    assert "run `ci-kit pins update --from-workflows`" in stale.stderr
    assert update(project, "--from-workflows", **env).returncode == 0
    assert (project / FILE).read_text().splitlines()[1:] == [moved]
    # The checksum alone is out of date, so nothing can be lost.
    assert ci_kit("render", "-C", project).returncode == 0
    assert ci_kit("render", "--check", "-C", project).returncode == 0
    assert moved in workflow.read_text()


def test_different_pins_in_two_workflows_are_an_error(project: Path) -> None:
    path = project / "pyproject.toml"
    path.write_text(f"{path.read_text()}[tool.ci-kit.workflows.b]\n")
    assert ci_kit("render", "-C", project).returncode == 0
    for name, digit in (("ci", "e"), ("b", "f")):
        workflow = project / f".github/workflows/{name}.yml"
        text = workflow.read_text()
        start = text.index("actions/checkout@")
        end = text.index("\n", start)
        workflow.write_text(f"{text[:start]}actions/checkout@{digit * 40} # v9.0.{digit}{text[end:]}")
    done = update(project, "--from-workflows")
    assert done.returncode == 64
    assert "the workflows have different pins of actions/checkout" in done.stderr


def test_flags_that_need_releases_exclude_the_pins_of_workflows(project: Path) -> None:
    done = update(project, "--from-workflows", "--major")
    assert done.returncode == 64
    assert "--from-workflows excludes" in done.stderr


def test_a_pin_file_outside_the_repository_is_refused(project: Path, pinned: Path, tmp_path: Path) -> None:
    pinned.rename(tmp_path / "elsewhere.txt")
    pinned.symlink_to(tmp_path / "elsewhere.txt")
    for words in (["pins", "update"], ["pins", "update", "--file", "../elsewhere.txt"]):
        done = ci_kit(*words, "-C", project)
        assert done.returncode == 64
        assert "is outside the repository" in done.stderr
