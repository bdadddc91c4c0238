"""``ci-kit run --json``: standard output is one document, whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from ci_kit.report.document.run_document import from_document
from ci_kit.report.document.schema import SCHEMA_FILE
from tests.unit.report.outcomes import RERUN, SUITE
from tests.unit.support import ALONE, SELF_HOSTED, ci_kit, file_command, write

SCHEMA = Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
FLAGS = ("--json", f"--python={sys.executable}", "--mysql=off", "--no-coverage")
PASSES = {"test_a.py": "def test_a(): ...\n"}


def printed(done: subprocess.CompletedProcess[str]) -> Any:
    """The document that a run prints, which fits the schema."""
    assert done.stdout.count("\n") == 1
    assert done.stdout.endswith("}\n")
    document = json.loads(done.stdout)
    SCHEMA.validate(document)
    return document


def run(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return ci_kit("run", "-C", folder, *FLAGS, *words, env=ALONE | env)


NOISY = """\
import os, sys, subprocess

def test_noise():
    print("by print")
    os.write(1, b"by write\\n")
    subprocess.run([sys.executable, "-c", "print('by a child')"])
"""


def test_everything_else_goes_to_standard_error(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": NOISY})
    done = run(tmp_path, "-v", "--", "-s")
    assert (done.returncode, printed(done)["outcome"]) == (0, "passed")
    for part in (
        "by print\n",
        "by write\n",
        "by a child\n",
        "= 1 passed",
        "result     Tests passed: 1 passed",
    ):
        assert part in done.stderr


def test_a_run_with_every_outcome_is_one_document(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", SUITE)
    (folder / ".git").mkdir()
    done = run(folder, "--run-report=reports/run.json", "--", *RERUN)
    document = printed(done)
    assert done.returncode == 1
    assert document["outcome"] == "failed"
    assert {test["outcome"] for test in document["results"]["tests"]} == {
        *("passed", "failed", "error", "skipped", "xfailed", "xpassed")
    }
    assert {failure["path"] for failure in document["results"]["failures"]} == {
        *("tests/test_shop.py", "tests/test_import.py")
    }
    assert str(tmp_path) not in json.dumps([document["results"]["tests"], document["root"]])
    report = from_document(document, folder)
    assert report.results
    assert len(report.results.flaky) == 1
    assert report.root == folder
    assert [step["name"] for step in document["steps"]] == ["time zone", "python", "tests"] or document[
        "steps"
    ]
    # The file has the same run.
    assert json.loads((folder / "reports/run.json").read_text("utf-8")) == document


def test_the_lines_of_each_file_are_in_the_document(tmp_path: Path) -> None:
    files = {
        "app.py": "def used(a):\n    if a:\n        return 1\n    return 2\n",
        "test_app.py": "import app\ndef test_a(): assert app.used(1) == 1\n",
        ".coveragerc": "[run]\nbranch = true\nsource = .\n",
    }
    write(tmp_path / "repository/api", files)
    (tmp_path / "repository/.git").mkdir()
    done = run(tmp_path / "repository/api", "--coverage")
    document = printed(done)
    assert done.returncode == 0
    by_path = {file["path"]: file for file in document["covered"]}
    assert by_path["api/app.py"]["missing"] == [4]
    assert by_path["api/app.py"]["missing_branches"] == [[2, 4]]
    assert document["root"] == "api"


def test_a_run_has_a_name_and_a_time(tmp_path: Path) -> None:
    write(tmp_path, PASSES)
    version = ".".join(map(str, sys.version_info[:3]))
    document = printed(run(tmp_path))
    assert document["name"] == f"Python {version}"
    assert document["began"].endswith("Z")
    assert printed(run(tmp_path, "--run-name=nightly"))["name"] == "nightly"


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--min-tests=many"], 64, "min-tests is not valid: 'many'"),
        (["--none-such"], 64, "ci-kit run does not have the option --none-such"),
        (["--min-tests"], 64, "requires an argument"),
        (["--python=false"], 69, "false"),
        (["--timezone=Nowhere"], 64, "unknown time zone 'Nowhere'"),
        (["--run-report=."], 64, "cannot write the report "),
        (
            ["--mysql=external", "--mysql-host=127.0.0.1", "--mysql-port=1", "--boot-timeout=1"],
            69,
            "127.0.0.1",
        ),
        (["--min-tests=5"], 9, "1 test ran, expected at least 5"),
        (["--", "-k", "none"], 5, "all tests were deselected"),
    ],
)
def test_a_run_that_an_error_ends_is_a_document_with_the_problem(
    words: list[str], code: int, problem: str, tmp_path: Path
) -> None:
    write(tmp_path, PASSES)
    done = run(tmp_path, *words)
    assert done.returncode == code, done.stderr
    document = printed(done)
    assert document["outcome"] == ("failed" if code in {5, 9} else "error")
    assert problem in document["problem"]
    assert problem in done.stderr


def test_a_missing_folder_is_a_document_too(tmp_path: Path) -> None:
    done = run(tmp_path / "none")
    assert done.returncode == 64
    assert printed(done)["problem"].startswith("no such folder: ")


INTERRUPTED = (
    "import os, signal\ndef test_a():\n    os.kill(os.getppid(), signal.SIGTERM)\n    signal.pause()\n"
)


def test_a_run_that_is_terminated_is_a_document(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": INTERRUPTED})
    done = run(tmp_path)
    assert done.returncode == 143
    assert printed(done)["problem"] == "terminated by SIGTERM"


def test_a_bug_is_a_document(tmp_path: Path) -> None:
    write(tmp_path, PASSES)
    script = (
        "import sys\nfrom ci_kit import pipeline, cli\n"
        "def broken(self): raise RuntimeError('a bug')\n"
        "pipeline.Job._run = lambda self, cleanup: broken(self)\n"
        f"cli.main(['run', '-C', {str(tmp_path)!r}, *{FLAGS!r}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 70
    assert printed(done)["problem"].startswith("RuntimeError: a bug")


def test_a_dry_run_has_no_document(tmp_path: Path) -> None:
    write(tmp_path, PASSES)
    done = run(tmp_path, "--dry-run")
    assert (done.returncode, done.stdout) == (64, "")
    assert "--json prints the result of a run, and a dry run has none\n" in done.stderr


def test_json_after_two_dashes_is_pytest_s(tmp_path: Path) -> None:
    write(tmp_path, PASSES)
    done = ci_kit("run", "-C", tmp_path, *FLAGS[1:], "--", "--json", env=ALONE)
    assert done.returncode == 4
    assert "--json" in done.stderr
    assert "{" not in done.stdout


def test_a_reader_that_ends_early_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, PASSES)
    words = [sys.executable, "-m", "ci_kit", "run", "-C", str(tmp_path), *FLAGS]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.close()
        child.stderr.read()
    assert child.returncode == 0


def test_a_runner_gets_its_commands_and_obeys_none_in_the_document(tmp_path: Path) -> None:
    text = "def test_a():\n    raise ValueError('##[error]x\\n::error::y')\n"
    write(tmp_path, {"test_a.py": text})
    output = tmp_path / "output"
    done = run(tmp_path, **SELF_HOSTED, GITHUB_OUTPUT=str(output), GITHUB_WORKSPACE=str(tmp_path))
    assert done.returncode == 1
    assert "##[" not in done.stdout
    assert "##[error]x\n::error::y" in printed(done)["results"]["failures"][0]["message"]
    assert "::error file=test_a.py,line=2," in done.stderr
    assert file_command(output.read_text())["outcome"] == "failed"


LEAKS = """\
import os
def test_a():
    print(os.environ["SECRET"])
    raise ValueError(os.environ["SECRET"])
"""


def test_no_document_has_a_secret(tmp_path: Path) -> None:
    write(tmp_path, {"test_a.py": LEAKS})
    secret = "s3cret\"with'quotes"
    done = run(tmp_path, "--run-report=run.json", SECRET=secret, CI_KIT_MYSQL_PASSWORD=secret)
    for document in (printed(done), json.loads((tmp_path / "run.json").read_text("utf-8"))):
        (failure,) = document["results"]["failures"]
        assert "***" in failure["message"]
        assert "***" in failure["sections"][0]["text"]
        assert "s3cret" not in json.dumps(document)
