"""How a command line ends: its errors, interrupts and bugs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

import ci_kit
from ci_kit.errors import UnavailableError, UsageError
from ci_kit.pipeline import Job
from tests.support.waiting import LIMIT, is_readable, kill, open_fifo
from tests.unit.support import (
    ALONE,
    ROOT,
    SELF_HOSTED,
    exit_code,
    file_command,
    python,
    python_with,
    write,
)
from tests.unit.support import ci_kit as run_ci_kit

pytestmark = pytest.mark.usefixtures("restored_signals")


def test_it_runs_as_a_module_and_prints_its_version() -> None:
    assert run_ci_kit("--version").stdout == f"ci-kit, version {ci_kit.__version__}\n"


@pytest.mark.parametrize("words", [("-m", "ci_kit"), (Path(sys.executable).with_name("ci-kit"),)])
def test_an_interrupt_of_its_imports_is_no_traceback(words: tuple[str | Path, ...], tmp_path: Path) -> None:
    write(tmp_path, {"click.py": "import os, signal; os.kill(os.getpid(), signal.SIGINT)\n"})
    done = python(*words, "--version", env={"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stderr) == (130, "ci-kit: error: interrupted by Ctrl-C\n")


def test_an_interrupt_of_the_action_s_installation_is_no_traceback(tmp_path: Path) -> None:
    interpreter = python_with(
        tmp_path / "venv", {"pip.py": "import os, signal; os.kill(os.getppid(), signal.SIGINT)\n"}
    )
    (tmp_path / "temporary").mkdir()
    done = subprocess.run(
        [interpreter, "-I", ROOT / "action" / "main.py"],
        env={**os.environ, "RUNNER_TEMP": str(tmp_path / "temporary")},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT,
    )
    assert (done.returncode, done.stderr) == (130, "")
    assert done.stdout == "::error title=ci-kit::interrupted\n"
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "what", "more"),
    [
        (["--none-such"], "ci-kit does not have the option --none-such", "see `ci-kit --help`"),
        (["--versoin"], "ci-kit does not have the option --versoin", "did you mean '--version'?"),
        (["rnu"], "ci-kit does not have the command 'rnu'", "did you mean 'run'?"),
        (["none-such"], "ci-kit does not have the command 'none-such'", "see `ci-kit --help`"),
        (["run", "--min-tests"], "option '--min-tests' requires an argument", "--help`"),
        (["mysql", "dwn"], "ci-kit mysql does not have the command 'dwn'", "did you mean 'down'?"),
        (["mysql", "up", "extra"], "got unexpected extra argument (extra)", "see `ci-kit mysql up --help`"),
        (["pins", "updat"], "ci-kit pins does not have the command 'updat'", "did you mean 'update'?"),
        (["render", "--chek"], "ci-kit render does not have the option --chek", "did you mean '--check'?"),
        (
            ["adopt", "--check", "--diff"],
            "--check, --diff and --in-place exclude each other",
            "adopt --help`",
        ),
        (["report", "--min-runs", "0", "x"], "min-runs is not valid: '0'", "it came from --min-runs"),
        (
            ["pins", "update", "--cool-down=x"],
            "cool-down is not valid: 'x'",
            "expected a whole number from 0",
        ),
    ],
)
def test_a_wrong_command_line_is_a_usage_error_in_the_form_of_all_errors(
    argv: list[str], what: str, more: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*argv) == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"ci-kit: error: {what}\n")
    assert more in printed.err


def test_a_wrong_number_names_the_variable_that_it_came_from(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI_KIT_MIN_RUNS", "many")
    assert exit_code("report", "x") == 64
    assert "it came from the environment variable CI_KIT_MIN_RUNS" in capsys.readouterr().err


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code() == 64
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Usage: ci-kit ")


def test_a_wrong_setting_is_a_usage_error_that_names_its_flag(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("run", "-C", tmp_path, "--min-tests", "many") == 64
    assert "it came from --min-tests" in capsys.readouterr().err


def test_an_error_on_a_runner_is_an_annotation_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert exit_code("run", "-C", tmp_path / "none") == UsageError.exit_code
    assert capsys.readouterr().out.startswith("::error title=ci-kit::no such folder: ")


@dataclass(frozen=True)
class Step:
    """A step of a workflow, which calls ci-kit in this process."""

    folder: Path

    @property
    def outputs(self) -> dict[str, str]:
        path = self.folder / "output"
        return file_command(path.read_text(encoding="utf-8")) if path.exists() else {}

    @property
    def summary(self) -> str:
        path = self.folder / "summary"
        return path.read_text(encoding="utf-8") if path.exists() else ""


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    for name, value in SELF_HOSTED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    return Step(tmp_path)


@pytest.mark.parametrize(
    ("words", "pyproject", "told"),
    [
        (["run", "--min-tests", "many"], "", "min-tests is not valid: 'many'"),
        (["run"], '[tool.ci-kit]\nmin-tests = "`many`"\n', "min-tests is not valid: '`many`'"),
        (["run"], "[tool.ci-kit]\nmin-test = 1\n", "unknown setting 'min-test'"),
        (["run"], "[tool.ci-kit\n", "cannot read "),
        (["run"], "tool = 1\n", "is not a table"),
        (["run", "--none-such"], "", "ci-kit run does not have the option --none-such"),
        (["run", "--min-tests"], "", "requires an argument"),
        (["mysql", "up", "--mysql", "none"], "", "mysql is not valid: 'none'"),
        (["mysql", "up", "more"], "", "unexpected extra argument"),
        (["mysql", "down"], "[tool.ci-kit\n", "cannot read "),
    ],
)
def test_an_error_before_the_job_is_in_its_outputs_and_summary(
    words: list[str], pyproject: str, told: str, step: Step
) -> None:
    write(step.folder, {"pyproject.toml": pyproject})
    assert exit_code("-C", step.folder, *words) == 64
    assert step.outputs == {"outcome": "error"}
    assert step.summary.startswith("## The job could not finish\n\n```")
    assert told in step.summary
    assert step.summary.count("## ") == 1


def test_a_missing_folder_is_in_the_summary(step: Step) -> None:
    assert exit_code("run", "-C", step.folder / "none") == 64
    assert step.outputs == {"outcome": "error"}
    assert "no such folder" in step.summary


@pytest.mark.parametrize(
    "words", [["run", "--dry-run", "--min-tests", "many"], ["mysql", "env"], ["none-such"]]
)
def test_an_error_of_a_question_or_a_dry_run_is_in_no_summary(
    words: list[str], step: Step, cache: Path
) -> None:
    assert exit_code("-C", step.folder, *words) != 0
    assert (step.outputs, step.summary) == ({}, "")


def test_the_error_of_a_job_is_in_one_summary_only(step: Step) -> None:
    write(step.folder, {"test_a.py": "def test_a(): pass\n"})
    words = ["--mysql=off", "--no-coverage", "--min-tests=2", f"--python={sys.executable}"]
    assert exit_code("run", "-C", step.folder, *words) == 9
    assert step.outputs["outcome"] == "failed"
    assert step.summary.count("## The job failed\n") == 1
    assert step.summary.count("1 test ran, expected at least 2") == 1


def test_a_bug_is_in_the_outputs_and_the_summary(bug: Path, step: Step) -> None:
    assert exit_code("run", "-C", step.folder) == 70
    assert step.outputs == {"outcome": "error"}
    assert "ZeroDivisionError: made for a test" in step.summary


def test_the_current_folder_may_be_gone(
    step: Step, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (step.folder / "gone").mkdir()
    monkeypatch.chdir(step.folder / "gone")
    (step.folder / "gone").rmdir()
    assert exit_code("run") == 64
    assert "no such folder: ." in capsys.readouterr().err


def test_an_expected_error_has_its_own_code(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("mysql", "env", "-C", tmp_path) == UnavailableError.exit_code
    assert "ci-kit: error: no server is up for this project" in capsys.readouterr().err


def test_status_as_json_is_json_alone(
    tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("mysql", "status", "--json", "-C", tmp_path) == 0
    assert json.loads(capsys.readouterr().out) == {"server": "none"}


# A bug cannot be had without making one.


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A run that fails as no run is to; gives the folder for temporary files."""

    def run(job: Job) -> int:
        raise ZeroDivisionError(f"made for a test, {os.environ.get('MYSQL_PASSWORD')}")

    monkeypatch.setattr(Job, "run", run)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_bug_planted_in_run_gives_a_file_with_the_traceback_and_none_on_the_terminal(
    bug: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("run", "-C", tmp_path) == 70
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    assert "ZeroDivisionError: made for a test" in printed.err
    (file,) = bug.iterdir()
    assert re.search(rf"its traceback is in {re.escape(str(file))}$", printed.err, re.MULTILINE)
    assert file.read_text().startswith("Traceback")
    assert file.stat().st_mode & 0o077 == 0


def test_a_bug_planted_in_run_does_not_show_a_password(
    bug: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MYSQL_PASSWORD", "hunter2hunter2")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert exit_code("run", "-C", tmp_path) == 70
    printed = capsys.readouterr()
    # The runner itself replaces the password in what it shows after this line.
    assert "hunter2" not in re.sub("::add-mask::.*", "", printed.out + printed.err)


COMMAND = (sys.executable, "-m", "ci_kit", "run")
WAITING = """\
import signal

def test_a():
    with open("{fifo}", "w") as fifo:
        print(file=fifo, flush=True)
        signal.pause()
"""


@pytest.mark.parametrize(
    ("number", "code", "message"),
    [
        (signal.SIGINT, 130, "interrupted by Ctrl-C"),
        (signal.SIGTERM, 143, "terminated by SIGTERM"),
        (signal.SIGHUP, 129, "ended by SIGHUP: the terminal was closed"),
    ],
)
def test_a_signal_ends_the_run_with_its_code_and_leaves_nothing(
    number: signal.Signals, code: int, message: str, tmp_path: Path
) -> None:
    os.mkfifo(fifo := tmp_path / "fifo")
    write(tmp_path, {"project/test_a.py": WAITING.format(fifo=fifo)})
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with (tmp_path / "said").open("w") as output:
        process = subprocess.Popen(
            [
                *COMMAND,
                "-C",
                str(tmp_path / "project"),
                "--mysql=off",
                "--no-coverage",
                f"--python={sys.executable}",
            ],
            env={**os.environ, **ALONE, "RUNNER_TEMP": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        with open_fifo(fifo) as reader:
            reader.readline()
            process.send_signal(number)
            assert process.wait(LIMIT) == code
            assert is_readable(reader, LIMIT)
            assert reader.read() == ""
    finally:
        kill(process)
    assert list(temporary.iterdir()) == []
    printed = (tmp_path / "said").read_text()
    assert printed.endswith(f"ci-kit: error: {message}\n")
    assert "Traceback" not in printed
