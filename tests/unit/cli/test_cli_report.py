"""``ci-kit report``: which documents it reads, and how it ends."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest

from ci_kit.cli.report import report
from ci_kit.report.report_files import REPORT_FILES
from tests.unit.cli.documents import on_runner, reported, repository, run
from tests.unit.support import ALONE, ROOT, file_command, snapshot, write

APP = {
    "app.py": "def used(a):\n    if a:\n        return 1\n    return 2\n",
    "test_app.py": "import app, os\ndef test_app(): assert app.used(os.environ['PART'] == '1')\n",
    ".coveragerc": "[run]\nbranch = true\nsource = .\nomit = test_*\n",
}


def test_a_second_report_leaves_out_its_own_document(made: Path, checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    shutil.copytree(made, folder)
    first = reported(checkout, folder, f"--run-report={folder}/all.json")
    assert reported(checkout, folder, f"--run-report={folder}/all.json").stderr == first.stderr


@pytest.mark.parametrize(
    "word", ["{}", "{}/*/run.json", "{}/**/*.json", "{}/run-*", "{0}/run-0 {0}/run-1 {0}"]
)
def test_documents_are_files_folders_or_patterns(word: str, made: Path, checkout: Path) -> None:
    done = reported(checkout, *word.format(made).split())
    assert done.stderr.startswith("runs       2\n")


def test_words_are_relative_to_the_project(made: Path, checkout: Path) -> None:
    shutil.copytree(made, checkout / "artifacts")
    assert reported(checkout, "artifacts").stderr.startswith("runs       2\n")
    assert reported(checkout, "artifacts/run-0/run.json").stderr.startswith("result     Tests failed")


def test_a_folder_may_have_other_json_files(made: Path, checkout: Path, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    shutil.copytree(made, folder)
    write(folder, {"run-0/coverage.json": '{"files": {}}', "list.json": "[1]", "notes.txt": "{"})
    assert reported(checkout, folder).stderr.startswith("runs       2\n")
    # A document that was cut off is not another format: its run would be missing.
    write(folder, {"run-2/run.json": '{"format": "ci-kit-run", "vers'})
    done = reported(checkout, folder)
    assert done.returncode == 64
    assert f"cannot read {folder}/run-2/run.json as the document of a run\n" in done.stderr


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("none.json", "cannot read {}/none.json as the document of a run\n  why: No such file or directory"),
        ("*.none", "*.none has no document of a run\n  why: no document matches the pattern\n"),
        ("tests", "tests has no document of a run\n  why: none of its files is a JSON document"),
        ("pytest.ini", "it is not valid JSON in UTF-8"),
        ("a" * 300, "why: File name too long"),
    ],
)
def test_a_word_without_a_document_is_an_error(word: str, told: str, checkout: Path) -> None:
    before = snapshot(checkout)
    done = reported(checkout, word, "--junit-report=junit.xml")
    assert done.returncode == 64
    assert told.format(checkout) in done.stderr
    assert snapshot(checkout) == before


def test_no_text_of_a_foreign_document_is_a_command_or_markup(tmp_path: Path) -> None:
    hostile = "call)\n\n# x <img src=x> @all"
    failure = {"node": "t", "stage": hostile, "path": "", "line": 0, "message": "m"}
    foreign = {
        "again": ["rm", "-rf", "/"],
        "outcome": "failed",
        "timezone": "UTC\nresult     Tests passed",
        "zone_is_default": True,
        "results": {"failed": 1, "failures": [failure]},
    }
    folder = documents(tmp_path, foreign)
    project = tmp_path / "project"
    done = reported(project, folder, "--html=run.html")
    assert "rm -rf" not in done.stderr + (project / "run.html").read_text("utf-8")
    assert "\nresult     Tests passed" not in done.stderr
    assert reported(project, folder, **on_runner(project)).returncode == 1
    assert "- `t` (call x img src x all)\n" in project.with_name("summary").read_text("utf-8")


def test_an_error_on_a_runner_is_in_the_outputs_and_on_the_page(checkout: Path) -> None:
    assert reported(checkout, "none.json", **on_runner(checkout)).returncode == 64
    assert file_command(checkout.with_name("output").read_text()) == {"outcome": "error"}
    assert "as the document of a run" in checkout.with_name("summary").read_text()


def test_without_a_document_the_command_line_is_wrong(checkout: Path) -> None:
    done = reported(checkout)
    assert done.returncode == 64
    assert done.stderr.startswith("ci-kit: error: the documents of the runs are missing\n")


def documents(folder: Path, *changes: Mapping[str, Any]) -> Path:
    """Documents of runs that passed, but for these changes."""
    project = repository(folder / "project", APP)
    assert run(project, folder / "run.json", PART="1") == 0
    document = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").unlink()
    texts = {
        f"{number}.json": json.dumps(document | {"name": f"run {number}"} | change)
        for number, change in enumerate(changes)
    }
    return write(folder / "documents", texts)


FAILED = {"outcome": "failed"}
TOO_FEW = {"outcome": "failed", "problem": "1 test ran, expected at least 5\n  why: min-tests"}
ERROR = {"outcome": "error", "problem": "no server\n  why: full", "results": None}


@pytest.mark.parametrize(
    ("changes", "words", "code", "told"),
    [
        ([{}, {}], [], 0, "Tests passed: 2 passed"),
        ([{"outcome": "no-tests"}], [], 0, "No tests to run"),
        ([{}, FAILED], [], 1, "1 of 2 runs failed: run 1"),
        ([FAILED, ERROR], [], 1, "1 of 2 runs could not finish: run 1"),
        ([{}, ERROR], [], 12, "1 of 2 runs could not finish: run 1\n  why: no server\n"),
        ([ERROR], [], 12, "run 0 could not finish\n  why: no server\n"),
        ([{}, {}], ["--min-runs=2"], 0, "Tests passed"),
        ([{}, {}], ["--min-runs=3"], 12, "documents of 2 runs, expected at least 3"),
        ([TOO_FEW], [], 1, "ci-kit: error: 1 test ran, expected at least 5\n  why: min-tests\n"),
        ([{}, TOO_FEW], [], 1, "  1 test ran, expected at least 5\n"),
        ([{}, FAILED], ["--min-runs=3"], 1, "Tests failed"),
        ([{}, {}], ["--min-runs=0"], 64, "min-runs"),
        ([{}, {}], ["--fail-under=100"], 8, "coverage is 66.67 %, below the threshold"),
        ([{}, {}], ["--fail-under=66"], 0, "Tests passed"),
        ([{}, FAILED], ["--fail-under=100"], 1, "Tests failed"),
        ([{"covered": []}, {}], ["--fail-under=66"], 0, "Tests passed"),
        ([{"covered": []}] * 2, ["--fail-under=1"], 8, "the coverage is unknown"),
        ([{}, {}], ["--patch-fail-under=1"], 11, "patch coverage is unknown"),
        ([{}, {}], ["--fail-under=many"], 64, "fail-under is not valid"),
        ([{}, {}], ["--junit-report=/proc/junit.xml"], 69, "cannot write the report /proc/junit.xml"),
        ([{}, FAILED], ["--junit-report=/proc/junit.xml"], 1, "cannot write the report /proc/junit.xml"),
        ([{}, {}], ["--junit-report=."], 64, "cannot write the report "),
    ],
)
def test_the_exit_code_says_how_the_runs_ended(
    changes: list[dict[str, Any]], words: list[str], code: int, told: str, tmp_path: Path
) -> None:
    folder = documents(tmp_path, *changes)
    done = reported(tmp_path / "project", folder, *words)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    # What the terminal shows of a run is no error of this command.
    errors = code not in {0, 1} or "/proc" in told or "ci-kit: error" in told
    assert done.stderr.count("rror: ") == errors


def test_a_threshold_of_the_project_is_not_applied_and_one_of_a_variable_is(tmp_path: Path) -> None:
    folder = documents(tmp_path, {}, {})
    text = '[tool.ci-kit]\nfail-under = 100\njunit-report = "junit.xml"\n'
    project = write(tmp_path / "project", {"pyproject.toml": text})
    assert reported(project, folder).returncode == 0
    assert not (project / "junit.xml").exists()
    assert reported(project, folder, CI_KIT_FAIL_UNDER="100").returncode == 8


def test_what_an_unfinished_run_lacks_is_on_the_page(tmp_path: Path) -> None:
    folder = documents(tmp_path, {}, ERROR)
    project = tmp_path / "project"
    assert reported(project, folder, "--junit-report=junit.xml", **on_runner(project)).returncode == 12
    page = project.with_name("summary").read_text("utf-8")
    assert page.startswith("## The job could not finish\n\n```text\n1 of 2 runs could not finish: run 1\n")
    assert "`run 1`:\n\n```text\nno server\n  why: full\n```\n" in page
    assert file_command(project.with_name("output").read_text())["outcome"] == "error"
    suites = ET.fromstring((project / "junit.xml").read_text("utf-8"))
    assert [[case.get("name") for case in suite] for suite in suites] == [["test_app"], ["run"], ["run"]]


def test_coverage_of_two_real_runs_is_merged(tmp_path: Path) -> None:
    project = repository(tmp_path / "project", APP)
    assert [run(project, tmp_path / f"documents/{part}.json", PART=part) for part in "12"] == [0, 0]
    done = reported(project, tmp_path / "documents", "--run-report=all.json")
    document = json.loads((project / "all.json").read_text("utf-8"))
    (file,) = document["covered"]
    assert (file["executed"], file["missing"], file["missing_branches"]) == ([1, 2, 3, 4], [], [])
    assert document["coverage"] == 100.0
    assert "coverage 100.0 %" in done.stderr
    assert [one["coverage"] < 100 for one in document["runs"]] == [True, True]


def test_each_report_in_a_file_has_a_flag() -> None:
    flags = {flag for one in report.get_params(click.Context(report)) for flag in one.opts}
    assert {f"--{setting}" for setting in REPORT_FILES} <= flags


def test_a_dry_run_writes_nothing(made: Path, checkout: Path) -> None:
    before = snapshot(checkout.parent)
    done = reported(checkout, made, "--dry-run", "--junit-report=junit.xml", **on_runner(checkout))
    assert snapshot(checkout.parent) == before
    assert f"write {checkout / 'junit.xml'}" in done.stdout


def test_the_action_passes_the_documents_on(made: Path, checkout: Path) -> None:
    # The environment of the tests has the dependencies, so that nothing is installed.
    script = (
        "import sys, runpy, pathlib\n"
        f"sys.path.insert(0, {str(ROOT / 'action')!r})\n"
        "import main\n"
        "main.dependencies = lambda: pathlib.Path('/nonexistent')\n"
        "main.main()\n"
    )
    env = {
        "CI_KIT_COMMAND": "report",
        "CI_KIT_WORKING_DIRECTORY": str(checkout),
        "CI_KIT_DOCUMENTS": f"'{made}/run-0' {made}/*/run.json",
        "CI_KIT_MIN_RUNS": "3",
        "CI_KIT_JUNIT_REPORT": "junit.xml",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**ALONE, "PATH": "/usr/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("runs       2\n")
    assert (checkout / "junit.xml").exists()
