"""Real runs of ci-kit that leave out tests, or run failed ones first, and what they say about it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.unit.support import ALONE, ci_kit, write
from tests.unit.testing.patch.repositories import commit, git, repository

APP = {
    ".gitignore": ".coverage\n__pycache__/\n.pytest_cache/\n",
    "app.py": "def one():\n    return 1\n\n\ndef two():\n    return 2\n",
    "test_one.py": "import app\n\n\ndef test_one():\n    assert app.one() == 1\n",
    "test_two.py": "import app\n\n\ndef test_two():\n    assert app.two() == 2\n"
    "\n\ndef test_other():\n    assert app.two()\n",
    "pyproject.toml": "[tool.coverage.run]\nsource = ['.']\nomit = ['test_*']\n",
}
ONE_CHANGED = {"app.py": APP["app.py"].replace("return 1", "return 3 - 2")}

# Two texts of one size, written in the same second, would have the same bytecode.
FRESH = ALONE | {"PYTHONDONTWRITEBYTECODE": "1"}


def run(root: Path, *words: str, **environ: str) -> CompletedProcess[str]:
    done = ci_kit("run", "-C", root, f"--python={sys.executable}", "--mysql=off", *words, env=FRESH | environ)
    assert "Traceback (most recent call last)" not in done.stderr
    return done


def document(root: Path, *words: str, **environ: str) -> Any:
    """The document of a run of ci-kit."""
    done = run(root, "--json", *words, **environ)
    return json.loads(done.stdout)


def names(run_document: Any) -> list[str]:
    """The tests that ran, in their order."""
    return [test["node"] for test in run_document["results"]["tests"]]


def selection(run_document: Any) -> tuple[int, int]:
    return run_document["selection"]["ran"], run_document["selection"]["skipped"]


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """A project with a measured run."""
    root = repository(tmp_path / "app", APP)
    done = run(root, "--changed")
    assert done.returncode == 0
    assert "all tests run, because the history has no measured run of this kind" in done.stderr + done.stdout
    return root


def test_only_the_tests_of_the_changed_function_run(measured: Path) -> None:
    write(measured, ONE_CHANGED)
    thresholds = ("--fail-under=90", "--min-tests=3", "--patch-fail-under=100", "--patch-base=main")
    done = run(measured, "--changed", *thresholds)
    assert done.returncode == 0
    text = done.stdout + done.stderr
    assert "Affected tests passed: 1 passed" in text
    assert "1 of 3 tests ran; no change affects the other 2\n" in text
    assert "app.py:2 one (1 test)" in text
    assert "fail-under is not applied, because only 1 of 3 tests ran" in text
    assert "min-tests is not applied, because only 1 of 3 tests ran" in text


def test_the_document_of_a_partial_run_says_so(measured: Path) -> None:
    write(measured, ONE_CHANGED)
    found = document(measured, "--changed")
    assert names(found) == ["test_one.py::test_one"]
    assert found["selection"] == {
        "everything": "",
        "ran": 1,
        "skipped": 2,
        "new": 0,
        "changes": [{"what": "app.py:2 one", "tests": 1}],
        "failed": 0,
        "notes": [],
    }
    # The coverage of a part of the tests is not that of the project.
    assert found["coverage"] is None


def test_without_a_change_no_test_runs_and_the_run_passes(measured: Path) -> None:
    done = run(measured, "--changed", "--fail-under=90")
    assert done.returncode == 0
    assert "The change affects no test" in done.stdout + done.stderr


def test_a_change_that_breaks_a_test_still_fails_the_run(measured: Path) -> None:
    write(measured, {"app.py": APP["app.py"].replace("return 1", "return 55")})
    assert run(measured, "--changed").returncode == 1
    # It failed last time, so it runs again, even if the change is taken back.
    write(measured, {"app.py": APP["app.py"]})
    found = document(measured, "--changed")
    assert found["selection"]["changes"] == [{"what": "failed last time", "tests": 1}]
    assert selection(document(measured, "--changed")) == (0, 3)


def test_a_new_test_and_a_new_file_of_tests_run(measured: Path) -> None:
    write(measured, {"test_new.py": "def test_new(): ...\n"})
    found = document(measured, "--changed")
    assert names(found) == ["test_new.py::test_new"]
    assert (selection(found), found["selection"]["new"]) == ((1, 3), 1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data.sql": "SELECT 1"}, "data.sql changed, and coverage cannot tell which tests read it"),
        ({"conftest.py": ""}, "conftest.py changed"),
        ({"more.py": ""}, "more.py is new"),
        ({"pyproject.toml": APP["pyproject.toml"] + "\n"}, "pyproject.toml changed"),
    ],
)
def test_what_coverage_cannot_see_runs_all_tests(measured: Path, change: dict[str, str], reason: str) -> None:
    write(measured, change)
    found = document(measured, "--changed")
    assert len(names(found)) == 3
    assert found["selection"]["everything"].startswith(reason)
    assert found["coverage"] == 100.0


def test_a_file_that_no_test_reads_can_be_ignored(measured: Path) -> None:
    write(measured, {"README.md": "text"} | ONE_CHANGED)
    assert selection(document(measured, "--changed", "--changed-ignore=*.md")) == (1, 2)


def test_a_removed_module_runs_all_tests_and_a_removed_test_file_none(measured: Path) -> None:
    (measured / "test_two.py").unlink()
    assert selection(document(measured, "--changed")) == (0, 1)
    (measured / "app.py").unlink()
    assert document(measured, "--changed")["selection"]["everything"] == "app.py was removed"


def test_other_settings_and_other_packages_run_all_tests(measured: Path, tmp_path: Path) -> None:
    found = document(measured, "--changed", "--env=LEVEL=2")
    assert "other settings" in found["selection"]["everything"]
    run(measured, "--measure-tests")
    write(tmp_path / "more", {"thing-1.0.dist-info/METADATA": "Name: thing\nVersion: 1.0\n"})
    found = document(measured, "--changed", PYTHONPATH=str(tmp_path / "more"))
    assert found["selection"]["everything"] == "other packages are installed"
    assert len(names(found)) == 3


def test_a_commit_is_a_change_too(measured: Path) -> None:
    commit(measured, ONE_CHANGED)
    assert selection(document(measured, "--changed")) == (1, 2)


@pytest.mark.parametrize(
    ("event", "numbers"), [("pull_request", (1, 2)), ("push", (3, 0)), ("merge_group", (3, 0))]
)
def test_on_a_runner_only_a_pull_request_leaves_out_tests(
    measured: Path, event: str, numbers: tuple[int, int]
) -> None:
    write(measured, ONE_CHANGED)
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event}
    found = document(measured, "--changed", **runner)
    assert len(names(found)) == numbers[0]
    assert found["selection"]["skipped"] == numbers[1]


def test_a_partial_run_does_not_spoil_the_history(measured: Path) -> None:
    write(measured, ONE_CHANGED)
    run(measured, "--changed")
    kinds = [
        json.loads(line)["command"] for line in (measured / ".ci-kit/runs.jsonl").read_text().splitlines()[1:]
    ]
    assert len(kinds) == 2
    assert kinds[0] != kinds[1]


def test_with_xdist_the_same_tests_run(tmp_path: Path) -> None:
    root = repository(tmp_path / "app", APP)
    words = ("--changed", "--", "-p", "xdist", "-n2")
    assert run(root, *words).returncode == 0
    assert run(root, *words).returncode == 0
    write(root, ONE_CHANGED)
    found = document(root, *words)
    assert names(found) == ["test_one.py::test_one"]
    assert selection(found) == (1, 2)


def test_runs_with_and_without_workers_share_what_was_measured(measured: Path) -> None:
    write(measured, ONE_CHANGED)
    for words in ((), ("--workers=2",), ("--workers=2",), ()):
        assert selection(document(measured, "--changed", *words)) == (1, 2)


def test_several_commands_select_together(tmp_path: Path) -> None:
    commands = "test-command = [['pytest', 'test_one.py'], ['pytest', 'test_two.py']]"
    files = {"pyproject.toml": f"{APP['pyproject.toml']}[tool.ci-kit]\n{commands}\n"}
    root = repository(tmp_path / "app", APP | files)
    assert run(root, "--changed").returncode == 0
    write(root, ONE_CHANGED)
    assert selection(document(root, "--changed")) == (1, 2)


def test_without_git_all_tests_run(tmp_path: Path) -> None:
    found = document(write(tmp_path / "app", APP), "--changed")
    assert "not in a git repository" in found["selection"]["everything"]
    assert found["outcome"] == "passed"


def test_a_damaged_measurement_counts_as_none(measured: Path) -> None:
    (path,) = (measured / ".ci-kit").glob("measured-*.json")
    path.write_text('{"version": 1}')
    found = document(measured, "--changed")
    assert found["selection"]["everything"] == "the history has no measured run of this kind"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--changed", "--no-coverage"), "changed needs the coverage of the tests"),
        (("--failed-first", "--test-command=true"), "failed-first = true: only pytest has a use for this"),
    ],
)
def test_settings_that_do_not_fit_are_an_error(tmp_path: Path, words: tuple[str, ...], expected: str) -> None:
    done = run(write(tmp_path / "app", APP), *words)
    assert done.returncode == 64
    assert expected in done.stderr


BROKEN = {"app.py": APP["app.py"].replace("return 2", "return 0")}


@pytest.mark.parametrize("words", [(), ("--", "-p", "xdist", "-n1")], ids=["serial", "xdist"])
def test_the_tests_that_failed_last_time_run_first(tmp_path: Path, words: tuple[str, ...]) -> None:
    root = write(tmp_path / "app", APP | BROKEN)
    assert run(root, *words).returncode == 1
    found = document(root, "--failed-first", *words)
    assert names(found) == ["test_two.py::test_two", "test_two.py::test_other", "test_one.py::test_one"]
    assert found["selection"]["failed"] == 2
    write(root, APP)
    done = run(root, "--failed-first", *words)
    assert "2 tests that failed last time ran first" in done.stdout + done.stderr
    assert names(document(root, "--failed-first", *words))[0] == "test_one.py::test_one"


def test_a_test_that_did_not_run_stays_failed(tmp_path: Path) -> None:
    root = write(tmp_path / "app", APP | BROKEN)
    run(root, "--", "-x")
    assert names(document(root, "--failed-first", "--", "-x")) == ["test_two.py::test_two"]


def test_a_renamed_test_is_no_error(tmp_path: Path) -> None:
    root = write(tmp_path / "app", APP | BROKEN)
    run(root)
    write(root, {"test_two.py": APP["test_two.py"].replace("test_two", "test_renamed")})
    found = document(root, "--failed-first")
    assert names(found)[0] == "test_two.py::test_other"
    assert found["selection"]["failed"] == 1


def test_an_own_order_of_pytest_stays_and_is_said(tmp_path: Path) -> None:
    root = write(tmp_path / "app", APP | BROKEN)
    run(root, PYTEST_ADDOPTS="--nf")
    done = run(root, "--failed-first", PYTEST_ADDOPTS="--nf")
    assert (
        "failed-first had no effect, because pytest's option --nf orders the tests"
        in done.stdout + done.stderr
    )
    assert done.returncode == 1


def test_another_branch_of_git_needs_no_fetch(measured: Path) -> None:
    git(measured, "checkout", "--quiet", "-b", "topic")
    commit(measured, ONE_CHANGED)
    assert selection(document(measured, "--changed")) == (1, 2)


def test_contexts_of_another_kind_are_not_mixed(tmp_path: Path) -> None:
    config = APP["pyproject.toml"] + "dynamic_context = 'test_function'\n"
    root = repository(tmp_path / "app", APP | {"pyproject.toml": config})
    done = run(root, "--changed")
    assert done.returncode == 0
    assert "does not count as measured: coverage records contexts of its own (dynamic_context)" in done.stderr
    assert not [*(root / ".ci-kit").glob("measured-*")]


def test_tests_with_other_processes_always_run(tmp_path: Path) -> None:
    files = {
        "conftest.py": "import subprocess, sys, pytest\n\n"
        "@pytest.fixture(scope='module')\ndef started():\n"
        "    subprocess.run([sys.executable, '-c', ''], check=True)\n",
        "test_process.py": "def test_a(started): ...\ndef test_b(): ...\n",
    }
    root = repository(tmp_path / "app", APP | files)
    assert run(root, "--changed").returncode == 0
    # The fixture is for the module, so each of its tests may depend on the process.
    assert names(document(root, "--changed")) == ["test_process.py::test_a", "test_process.py::test_b"]


def test_a_secret_in_the_name_of_a_test_is_not_kept(tmp_path: Path) -> None:
    secret = "a-secret-of-the-job"
    files = {"test_p.py": f"import pytest\n@pytest.mark.parametrize('p', ['{secret}'])\ndef test_p(p): ...\n"}
    root = repository(tmp_path / "app", APP | files)
    assert run(root, "--changed", MYSQL_PASSWORD=secret).returncode == 0
    assert secret not in "".join(path.read_text() for path in (root / ".ci-kit").glob("*.json*"))
    assert names(document(root, "--changed", MYSQL_PASSWORD=secret)) == ["test_p.py::test_p[***]"]


def test_the_page_and_the_merged_report_say_what_was_left_out(measured: Path, tmp_path: Path) -> None:
    write(measured, ONE_CHANGED)
    page = tmp_path / "page.md"
    reports = [tmp_path / "1.json", tmp_path / "2.json"]
    runner = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_STEP_SUMMARY": str(page),
        "GITHUB_WORKSPACE": str(measured),
    }
    for report in reports:
        run(measured, "--changed", f"--run-report={report}", "--min-tests=3", **runner)
    text = page.read_text()
    assert "## Affected tests passed" in text
    assert "- `1 of 3 tests ran; no change affects the other 2`\n- `app.py:2 one (1 test)`" in text
    assert "min-tests is not applied, because only 1 of 3 tests ran" in text
    assert "Coverage by file" not in text
    done = ci_kit("report", "--run-report=all.json", "--fail-under=90", *reports, cwd=measured)
    assert "fail-under is not applied" in done.stderr
    assert done.returncode == 0
    merged = json.loads((measured / "all.json").read_text())
    assert selection(merged) == (2, 4)
    assert merged["coverage"] is None


def test_on_a_runner_only_decisive_files_count_that_git_does_not_track(measured: Path) -> None:
    runner = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}
    write(measured, ONE_CHANGED | {"made/by/job.txt": "", "made/more.py": "", "log.txt": ""})
    assert selection(document(measured, "--changed", **runner)) == (1, 2)
    write(measured, {".env": "LEVEL=2"})
    found = document(measured, "--changed", **runner)
    assert found["selection"]["everything"].startswith(".env changed")
