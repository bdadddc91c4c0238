"""Real runs that keep a history, and what the next run says about it."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from ci_kit.github import Runner
from ci_kit.report.past_runs import compare_with_history
from ci_kit.report.run_report import RunReport
from ci_kit.testing.results import TestResult
from tests.unit.report.making import REPORT, RESULTS, Step
from tests.unit.support import (
    ALONE,
    SELF_HOSTED,
    ci_kit,
    console_text,
    file_command,
    make_host,
    make_settings,
    snapshot,
    write,
)
from tests.unit.testing.patch.repositories import commit, git, repository, with_origin

APP = {
    "app.py": "def used(): ...\ndef unused():\n    return 1\n",
    "test_app.py": "import app\ndef test_a(): app.used()\n",
    "pyproject.toml": '[tool.coverage.run]\nsource = ["."]\n[tool.ci-kit]\nmysql = "off"\n',
}
BETTER = {"test_app.py": "import app\ndef test_a(): app.used()\ndef test_b(): assert app.unused()\n"}


def run(root: Path, *words: str, **environ: str) -> CompletedProcess[str]:
    python = f"--python={sys.executable}"
    done = ci_kit("run", "-C", root, python, "--mysql=off", *words, env=ALONE | environ)
    assert "Traceback (most recent call last)" not in done.stderr
    return done


def runs(root: Path) -> list[dict[str, Any]]:
    """The runs in the history of a project."""
    path = root / ".ci-kit" / "runs.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()[1:]] if path.exists() else []


def outcomes(root: Path) -> dict[str, list[Any]]:
    """The outcome and the number of durations of each test in the history, without the kinds of runs."""
    texts = [path.read_text() for path in (root / ".ci-kit").glob("tests-*.json")]
    return {
        node: [outcome, len(seconds)]
        for text in texts
        for node, (outcome, _, seconds) in json.loads(text)["tests"].items()
    }


def test_a_run_keeps_what_happened(tmp_path: Path) -> None:
    files = {
        "test_a.py": "import pytest\n"
        "def test_a(): ...\n"
        "def test_b(): assert 0\n"
        "@pytest.mark.skip\ndef test_c(): ...\n"
        "@pytest.mark.xfail\ndef test_d(): assert 0\n"
        "@pytest.fixture\ndef broken(): raise OSError\n"
        "def test_e(broken): ...\n"
    }
    assert run(write(tmp_path / "p", files), "--no-coverage").returncode == 1
    (kept,) = runs(tmp_path / "p")
    known = {name: kept[name] for name in ("outcome", "tests", "passed", "failed", "skipped", "coverage")}
    assert known == {
        "outcome": "failed",
        "tests": 5,
        "passed": 1,
        "failed": 2,
        "skipped": 1,
        "coverage": None,
    }
    assert 0 < kept["test_seconds"] < kept["seconds"]
    major, minor = sys.version_info[:2]
    assert kept["name"] == f"Python {major}.{minor}"
    assert outcomes(tmp_path / "p") == {
        "test_a.py::test_a": ["passed", 1],
        "test_a.py::test_b": ["failed", 0],
        "test_a.py::test_d": ["xfailed", 1],
        "test_a.py::test_e": ["error", 0],
    }


def test_a_branch_is_compared_with_the_default_branch(tmp_path: Path) -> None:
    root = repository(tmp_path / "p", APP | {".gitignore": ".coverage\n__pycache__\n"})
    with_origin(root)
    first = run(root)
    assert "since" not in first.stderr
    git(root, "switch", "--quiet", "--create", "better")
    commit(root, BETTER)
    again = run(root)
    before, after = (one["coverage"] for one in runs(root))
    assert f"coverage {after:.1f} % (+{after - before:.1f} since main)" in again.stderr
    assert [one["branch"] for one in runs(root)] == ["main", "better"]
    assert runs(root)[1]["commit"] == git(root, "rev-parse", "HEAD")
    # The history is no change of the project.
    assert git(root, "status", "--porcelain") == ""


def test_a_pull_request_is_compared_with_its_base_branch_on_the_page(tmp_path: Path) -> None:
    root = write(tmp_path / "p", APP)
    push = {"GITHUB_REF_NAME": "main", "GITHUB_SHA": "1111111aaa", "GITHUB_EVENT_NAME": "push"}
    pull = {
        "GITHUB_REF_NAME": "12/merge",
        "GITHUB_BASE_REF": "main",
        "GITHUB_SHA": "2222222bbb",
        "GITHUB_EVENT_NAME": "pull_request",
    }
    run(root, **SELF_HOSTED, **push)
    files = {"GITHUB_STEP_SUMMARY": str(tmp_path / "page"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    assert run(write(root, BETTER), **SELF_HOSTED, **pull, **files).returncode == 0
    before, after = (one["coverage"] for one in runs(root))
    page = (tmp_path / "page").read_text()
    assert "- Tests: 2 passed (+1 since `main`)\n" in page
    assert f"- Coverage: {after:.1f} % (+{after - before:.1f} since `main`)\n" in page
    assert "1111111  main" in page
    assert "2222222  12/merge" in page
    change = file_command((tmp_path / "output").read_text())["coverage-change"]
    assert change == f"+{after - before:.2f}"


@pytest.mark.parametrize(
    "words",
    [
        ["--dry-run"],
        ["--history=none"],
        ["--", "--setup-only"],
        ["--", "--collect-only"],
        ["--", "-k", "none_such"],
        ["--python=false"],
    ],
)
def test_a_run_without_tests_keeps_nothing(words: list[str], tmp_path: Path) -> None:
    root = write(tmp_path / "p", APP)
    run(root, "--no-coverage", *words)
    assert not (root / ".ci-kit").exists()


def test_another_selection_of_tests_is_another_kind_of_run(tmp_path: Path) -> None:
    root = write(tmp_path / "p", APP | BETTER)
    for words in ([], ["--", "-k", "test_b"]):
        run(root, "--no-coverage", *words)
    first, second = runs(root)
    assert first["command"] != second["command"]
    assert [first["tests"], second["tests"]] == [2, 1]


def test_a_broken_history_is_one_warning_and_no_failure(tmp_path: Path) -> None:
    root = write(tmp_path / "p", APP)
    write(root, {".ci-kit/README.md": "ci-kit keeps …", ".ci-kit/runs.jsonl": "\0"})
    done = run(root, "--no-coverage", **SELF_HOSTED)
    assert done.returncode == 0
    warning = f"ci-kit: warning: the history in {root / '.ci-kit/runs.jsonl'} cannot be read"
    assert done.stderr.count("warning") == 1
    assert warning in done.stderr
    assert "::warning" not in done.stdout
    assert len(runs(root)) == 1


@pytest.mark.parametrize(("fails", "code"), [("", 0), ("1", 1)])
@pytest.mark.parametrize("path", ["/proc/history", "app.py", "."])
def test_a_history_that_cannot_be_kept_is_a_warning(path: str, fails: str, code: int, tmp_path: Path) -> None:
    test = "import os\ndef test_a(): assert not os.environ.get('FAILS')\n"
    root = write(tmp_path / "p", {"app.py": "", "README.md": "my own\n", "test_a.py": test})
    before = set(snapshot(root))
    done = run(root, "--no-coverage", f"--history={path}", FAILS=fails, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == code
    assert done.stderr.count("ci-kit: warning: this run is not kept in the history: ") == 1
    assert set(snapshot(root)) == before


def test_the_exit_code_stays_in_a_project_that_this_user_cannot_write(tmp_path: Path) -> None:
    root = write(tmp_path / "p", {"test_a.py": "def test_a(): assert 0\n"})
    root.chmod(0o555)
    if os.geteuid() == 0:
        # Root may write everywhere, except where the system has no folders.
        done = run(root, "--no-coverage", "--history=/sys/history", PYTHONDONTWRITEBYTECODE="1")
    else:
        done = run(root, "--no-coverage", PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 1
    assert "this run is not kept in the history" in done.stderr


SECRET = "a-secret-of-the-server"


def test_no_file_of_the_history_has_a_secret(tmp_path: Path) -> None:
    test = f"import pytest\n@pytest.mark.parametrize('value', ['{SECRET}'])\ndef test_a(value): ...\n"
    root = write(tmp_path / "p", {"test_a.py": test})
    branch = {"GITHUB_REF_NAME": f"branch-{SECRET}", "CI_KIT_MYSQL_PASSWORD": SECRET}
    run(root, "--no-coverage", **SELF_HOSTED, **branch)
    texts = [path.read_text() for path in (root / ".ci-kit").iterdir()]
    assert not [text for text in texts if SECRET in text]
    assert outcomes(root) == {"test_a.py::test_a[***]": ["passed", 1]}
    assert runs(root)[0]["branch"] == "branch-***"


def reported(root: Path, step: Step, *tests: TestResult, seconds: float = 28.0) -> tuple[RunReport, str]:
    """The report of a run with these tests, and what it printed."""
    results = replace(RESULTS, tests=tests, duration=seconds)
    report = replace(REPORT, results=results, outcome="passed")
    runner = step.runner()
    found = compare_with_history(report, runner, make_settings(root, None))
    return found, console_text(runner.host)


def test_a_test_that_takes_longer_than_in_the_last_runs_is_found(step: Step) -> None:
    usual = TestResult("a.py::test_a", "passed", 0.9)
    for _ in range(8):
        report, _ = reported(step.folder, step, usual)
        assert report.trend.slower_tests == ()
    report, _ = reported(step.folder, step, replace(usual, seconds=3.2), seconds=45.0)
    (slow,) = report.trend.slower_tests
    assert (slow.name, slow.seconds, slow.usual, slow.runs) == ("a.py::test_a", 3.2, 0.9, 8)
    assert report.trend.slower_run
    assert report.trend.slower_run.usual == 28.0


def test_tests_with_a_line_break_in_their_ids_stay_apart(tmp_path: Path, step: Step) -> None:
    tests = [TestResult("a\nb", "passed", 0.1), TestResult("c", "failed", 0.1)]
    reported(step.folder, step, *tests)
    assert set(outcomes(step.folder)) == {"a\nb", "c"}


def test_a_folder_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    gone = replace(settings, root=tmp_path / "gone")
    compare_with_history(REPORT, Runner(make_host({})), gone)
    assert not (tmp_path / "gone").exists()


CROWDED = {
    "test_a.py": "def test_a(pytestconfig): assert not hasattr(pytestconfig, 'workerinput')\n",
    "test_b.py": "def test_b(): assert 0\n",
}


def test_a_run_with_workers_names_the_tests_that_passed_with_one(tmp_path: Path) -> None:
    root = write(tmp_path / "p", CROWDED)
    page = tmp_path / "page.md"
    unknown = run(root, "--workers=2", "--no-coverage")
    assert "parallel   whether tests fail only in parallel is unknown" in unknown.stderr
    assert "parallel" not in run(root, "--no-coverage").stderr
    words = ("--workers=2", "--no-coverage", f"--html={tmp_path / 'page.html'}")
    known = run(root, *words, **SELF_HOSTED, GITHUB_STEP_SUMMARY=str(page))
    said = "1 failed with 2 workers, and passed in the last run with one"
    assert f"parallel   {said}\n{' ' * 11}test_a.py::test_a\n" in known.stderr
    assert f"- `{said}`\n- `test_a.py::test_a`" in page.read_text()
    assert "- Workers: 2 workers" in page.read_text()
    html = (tmp_path / "page.html").read_text()
    assert f"Only in parallel: {said}" in html
    assert "<dd>2 workers</dd>" in html


def test_runs_with_workers_are_another_kind_than_those_with_one(tmp_path: Path) -> None:
    root = write(tmp_path / "p", {"test_a.py": "def test_a(): ...\n"})
    for workers in ("1", "2", "2", "1"):
        run(root, f"--workers={workers}", "--no-coverage")
    kinds = [one["command"] for one in runs(root)]
    assert kinds[0] == kinds[3] != kinds[1] == kinds[2]
