"""The coverage of a change and its threshold, in runs of ci-kit on real repositories."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.environments import environment
from tests.unit.support import file_command, write
from tests.unit.testing.measured import PRICE, SERIAL, SOURCE, Measured, measure
from tests.unit.testing.patch.repositories import GIT, commit, git, repository, with_origin

TWO_LINES = "\n\ndef cube(number):\n    return number**3\n"
CHANGED = {"shop/price.py": PRICE["shop/price.py"] + TWO_LINES}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A measured project in a repository with a remote one."""
    folder = repository(tmp_path / "project", SERIAL | SOURCE | {".gitignore": ".coverage\n__pycache__\n"})
    with_origin(folder)
    return folder


def run(root: Path, *words: str, name: str = "coverage-newest", **env: str) -> Measured:
    return measure(root, environment(name), {}, *words, env=GIT | {"GITHUB_ACTIONS": "", **env})


@pytest.mark.parametrize("name", ["coverage-7.2", "coverage-7.6", "coverage-7.10", "coverage-newest"])
def test_the_coverage_of_the_change_is_reported(name: str, root: Path) -> None:
    write(root, CHANGED)
    done = run(root, name=name)
    assert done.code == 0
    assert "patch      coverage 50.00 % (1 of 2 changed lines missed)\n" in done.stderr
    assert "           shop/price.py: 16\n" in done.stderr


BRANCHES = """\
def sign(number):
    text = ""
    if number < 0:
        text = "-"
    return text


def unused():  # pragma: no cover
    return 0
"""


@pytest.mark.parametrize("name", ["coverage-7.2", "coverage-7.6", "coverage-7.10", "coverage-newest"])
def test_the_page_has_the_missed_branches_of_each_file(name: str, root: Path, tmp_path: Path) -> None:
    test = "from shop.sign import sign\ndef test_sign(): assert sign(-1) == '-'\n"
    config = "[run]\nsource = shop\nbranch = true\n"
    write(root, {"shop/sign.py": BRANCHES, "tests/test_sign.py": test, ".coveragerc": config})
    (tmp_path / "temporary").mkdir()
    summary = tmp_path / "summary"
    files = {"GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(tmp_path / "temporary")}
    done = run(root, name=name, **{"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", **files})
    assert done.code == 0, done
    rows = [line.split(maxsplit=2) for line in summary.read_text().splitlines() if " %  shop/" in line]
    assert [cells[2].split(maxsplit=1) for cells in rows] == [
        ["shop/__init__.py"],
        ["shop/price.py", "3, 12"],
        ["shop/sign.py", "3->5"],
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--patch-fail-under=50"], 0),
        (["--patch-fail-under=50.01"], 11),
        (["--patch-fail-under=0"], 0),
        (["--patch-fail-under=100", "--no-coverage"], 0),
        # The first failure counts.
        (["--patch-fail-under=100", "--fail-under=100"], 8),
        (["--patch-fail-under=100", "--min-tests=9"], 9),
        (["--patch-fail-under=100", "--", "-k", "none_such"], 5),
    ],
)
def test_a_change_below_the_threshold_fails_the_run(words: list[str], code: int, root: Path) -> None:
    write(root, CHANGED)
    done = run(root, *words)
    assert done.code == code, done
    if code == 11:
        assert "error: patch coverage is 50.00 %, below the threshold of 50.01 %" in done.stderr
        assert "no test reached 1 of 2 changed lines; patch-fail-under came from --patch-fail-under" in (
            done.stderr
        )


def test_failed_tests_keep_their_exit_code(root: Path) -> None:
    write(root, CHANGED | {"tests/test_b.py": "def test_b(): assert 0\n"})
    assert run(root, "--patch-fail-under=100").code == 1


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"notes.txt": "a\n"},
        {"shop/price.py": "# A comment\n" + PRICE["shop/price.py"]},
        {"other/module.py": "a = 1\n"},
    ],
    ids=["nothing", "text", "comment", "outside the measured source"],
)
def test_a_change_without_measured_lines_passes(change: dict[str, str], root: Path) -> None:
    write(root, change)
    done = run(root, "--patch-fail-under=100")
    assert done.code == 0, done
    assert "patch " not in done.stderr


def test_a_new_link_to_a_file_is_no_change_of_it(root: Path) -> None:
    write(root, {"shop/other.py": "a = 1\n"})
    commit(root, {})
    git(root, "push", "--quiet", "origin", "main")
    (root / "link.py").symlink_to("shop/other.py")
    git(root, "add", "link.py")
    assert "patch " not in run(root, "--patch-fail-under=100").stderr


def test_a_new_file_counts_as_a_whole(root: Path) -> None:
    write(root, {"shop/new one.py": "a = 1\n"})
    done = run(root, "--patch-fail-under=1")
    assert done.code == 11
    assert "           shop/new one.py: 1\n" in done.stderr


@pytest.mark.parametrize("relative", [False, True])
def test_a_project_may_be_a_part_of_its_repository(relative: bool, tmp_path: Path) -> None:
    config = f"[run]\nsource = shop\nrelative_files = {relative}\n"
    parts = {"services/één": SERIAL | {".coveragerc": config}, "services/other": SERIAL | SOURCE}
    files = {f"{folder}/{name}": text for folder, part in parts.items() for name, text in part.items()}
    root = repository(tmp_path / "all", files)
    with_origin(root)
    git(root, "checkout", "--quiet", "-b", "topic")
    change = {f"{folder}/{name}": text for folder in parts for name, text in CHANGED.items()}
    commit(root, change)
    link = tmp_path / "link"
    link.symlink_to(root)
    done = run(link / "services/één")
    assert "patch      coverage 50.00 % (1 of 2 changed lines missed)\n" in done.stderr


def test_an_unknown_base_ends_the_run_before_the_tests(root: Path) -> None:
    done = run(root, "--patch-fail-under=1", "--patch-base=none-such")
    assert done.code == 69
    assert "error: git finds no common commit with none-such" in done.stderr
    assert "the name came from --patch-base" in done.stderr
    assert "test session starts" not in done.stdout


@pytest.mark.parametrize(
    "test",
    [
        "import pathlib, shutil\ndef test_a(): shutil.rmtree('.git')\n",
        "import loader\ndef test_a(): loader.load()\n",
    ],
    ids=["no repository any more", "coverage cannot report"],
)
def test_a_change_that_cannot_be_measured_does_not_pass_the_threshold(test: str, root: Path) -> None:
    # The file that the module loads is gone when coverage reports.
    loader = (
        "import pathlib\ndef load():\n    file = pathlib.Path('gone.py')\n    file.write_text('a = 1')\n"
        "    import gone\n    file.unlink()\n"
    )
    write(root, CHANGED | {"tests/test_a.py": test, "loader.py": loader, ".coveragerc": ""})
    done = run(root, "--patch-fail-under=1")
    assert done.code == 11, done
    assert "error: patch coverage is unknown, so it does not reach the threshold" in done.stderr


def test_a_pull_request_has_its_coverage_in_the_outputs(root: Path, tmp_path: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "topic")
    commit(root, CHANGED)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", root.as_uri(), clone)
    (tmp_path / "temporary").mkdir()
    files = {"GITHUB_OUTPUT": str(tmp_path / "output"), "RUNNER_TEMP": str(tmp_path / "temporary")}
    # A file that the job makes is not part of the change.
    write(clone, {"shop/made.py": "a = 1\n"})
    done = run(clone, **{"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", **files})
    assert done.code == 0, done
    assert file_command((tmp_path / "output").read_text())["patch-coverage-percent"] == "50.00"
