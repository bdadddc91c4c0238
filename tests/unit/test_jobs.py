"""Whole jobs without a server, as processes: exit code, outputs, summary and annotations of each outcome."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.support import ALONE, GITHUB_HOSTED, SELF_HOSTED, ci_kit, file_command, snapshot, write

PASSING = {
    "app.py": "def used(): ...\ndef unused():\n    return 1\n",
    "test_app.py": "import app\ndef test_a(): app.used()\n",
}
MEASURED = {"pyproject.toml": '[tool.coverage.run]\nsource = ["."]\n[tool.ci-kit]\nmysql = "off"\n'}
NO_SERVER = {"pyproject.toml": '[tool.ci-kit]\nmysql = "off"\ncoverage = false\n'}


class Job:
    """A project, and a runner's files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "temporary").mkdir()
        self.project = folder / "project"

    def run(
        self, files: dict[str, str], *words: str, runner: dict[str, str] = SELF_HOSTED
    ) -> tuple[int, str]:
        write(self.project, files)
        env = {
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_ENV": str(self.folder / "env"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_WORKSPACE": str(self.project),
            "RUNNER_TEMP": str(self.folder / "temporary"),
        }
        done: subprocess.CompletedProcess[str] = ci_kit(
            "run", "-C", self.project, "--python", sys.executable, *words, env=ALONE | runner | env
        )
        assert "Traceback (most recent call last)" not in done.stderr
        # Nothing of the run is left behind.
        assert list((self.folder / "temporary").iterdir()) == []
        self.said = done.stderr
        return done.returncode, done.stdout

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def outputs(self) -> dict[str, str]:
        return file_command(self.read("output"))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def test_a_job_that_passes_says_so_everywhere(job: Job) -> None:
    code, printed = job.run(PASSING | MEASURED)
    assert code == 0
    outputs = job.outputs
    percent = float(outputs.pop("coverage-percent"))
    assert 0 < percent < 100
    assert outputs == {
        "outcome": "passed",
        "tests-collected": "1",
        "tests-passed": "1",
        "tests-failed": "0",
        "tests-flaky": "0",
        "tests-skipped": "0",
        "coverage-change": "",
        "patch-coverage-percent": "",
        "mysql-version": "",
    }
    assert file_command(job.read("env")) == {"TZ": "Asia/Seoul"}
    assert job.read("summary").startswith("## Tests passed\n")
    # coverage's own table of missed lines.
    assert "app.py" in printed
    assert "::error" not in printed


def test_a_job_with_a_failure_points_at_its_line(job: Job) -> None:
    code, printed = job.run(NO_SERVER | {"tests/test_a.py": "def test_a():\n    assert [] == '|<b>'\n"})
    assert code == 1
    assert job.outputs["outcome"] == "failed"
    assert job.outputs["tests-failed"] == "1"
    assert [
        line for line in printed.splitlines() if line.startswith("::error file=tests/test_a.py,line=2,title=")
    ]
    assert "\n- `tests/test_a.py::test_a` (call), `tests/test_a.py:2`\n" in job.read("summary")
    assert "AssertionError: assert [] == '|<b>'\n" in job.read("summary")


def test_a_job_without_tests_is_a_clean_skip(job: Job) -> None:
    assert job.run(NO_SERVER | {"app.py": ""})[0] == 0
    assert job.outputs["outcome"] == "no-tests"
    assert job.read("summary").startswith("## No tests to run\n")


def test_a_job_below_its_threshold_has_failed(job: Job) -> None:
    code, printed = job.run(PASSING | MEASURED, "--fail-under", "99")
    assert code == 8
    assert job.outputs["outcome"] == "failed"
    assert job.outputs["tests-passed"] == "1"
    assert "below the threshold" in job.said
    assert "::error title=ci-kit::coverage is " in printed


def test_a_threshold_is_not_met_where_nothing_was_measured(job: Job) -> None:
    measures_nothing = MEASURED["pyproject.toml"].replace('source = ["."]', 'include = ["none/*"]')
    code, _ = job.run(PASSING | {"pyproject.toml": measures_nothing}, "--fail-under", "99")
    assert code != 0


ENDS_EARLY = "import pytest\ndef test_b(): pytest.exit('enough', returncode=0)\ndef test_c(): ...\n"
FAILS = "def test_b():\n    assert 1 == 2\n"


@pytest.mark.parametrize(
    ("files", "words", "code", "counts", "passed"),
    [
        ({}, ["--min-tests", "2", "--", "-q"], 9, "- Tests: 1 passed\n", "1"),
        ({}, ["--", "-k", "none_such"], 5, "- Tests: 1 deselected\n", "0"),
        ({"test_b.py": ENDS_EARLY}, [], 74, "- Tests: 1 passed\n", "1"),
        (
            {
                "test_b.py": FAILS,
                "conftest.py": "def pytest_sessionfinish(session): session.exitstatus = 0\n",
            },
            [],
            74,
            "- Tests: 1 passed, 1 failed\n",
            "1",
        ),
        # pytest has not counted them.
        ({"test_b.py": "import os\ndef test_b(): os._exit(0)\n"}, [], 74, "", ""),
    ],
    ids=["too few", "all deselected", "ended early", "failures reported as success", "no report"],
)
def test_a_job_that_is_not_what_it_seems_has_failed(
    files: dict[str, str], words: list[str], code: int, counts: str, passed: str, job: Job
) -> None:
    assert job.run(PASSING | NO_SERVER | files, *words)[0] == code
    assert job.outputs["outcome"] == "failed"
    assert job.outputs["tests-passed"] == passed
    assert job.read("summary").startswith("## The job failed\n\n```text\n")
    assert (
        "".join(line for line in job.read("summary").splitlines(keepends=True) if "- Tests" in line) == counts
    )


@pytest.mark.parametrize(
    "ending",
    ["import os\ndef test_c(): os._exit(0)\n", "import pytest\ndef test_c(): pytest.exit('x', 0)\n"],
    ids=["os._exit", "pytest.exit"],
)
def test_a_session_that_ends_early_still_shows_its_failures(ending: str, job: Job) -> None:
    code, printed = job.run(NO_SERVER | {"test_a.py": FAILS, "test_b.py": ending})
    assert code == 74
    assert "::error file=test_a.py,line=2,title=test_a.py%3A%3Atest_b" in printed
    assert "\n### Failures\n" in job.read("summary")
    assert "\n- `test_a.py::test_b` (call), `test_a.py:2`\n" in job.read("summary")


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("command", "code", "message", "counts"),
    [
        (
            "pytest test_exit.py",
            74,
            "pytest ended without reporting its results",
            ", counts of 1 command unknown",
        ),
        ("pytest -k none test_exit.py", 5, "all tests were deselected: 1 test", ", 1 deselected"),
        ("python -m json.none", 69, "json.none could not start", ", counts of 1 command unknown"),
        ("./run", 69, "cannot run ./run", ", counts of 1 command unknown"),
    ],
)
def test_a_problem_of_one_command_leaves_the_results_of_the_others(
    place: int, command: str, code: int, message: str, counts: str, job: Job
) -> None:
    files = {
        "test_exit.py": "import os\ndef test_exit(): os._exit(0)\n",
        "test_b.py": FAILS,
        "run": "no program\n",
        "pyproject.toml": NO_SERVER["pyproject.toml"].replace("false", "true"),
    }
    (write(job.project, PASSING | files) / "run").chmod(0o755)
    commands = ["pytest test_app.py", "pytest test_b.py"]
    commands.insert(place, command)
    found, printed = job.run({}, *(f"--test-command={one}" for one in commands))
    assert found == (1 if place == 2 else code)
    assert message in job.said
    assert f"- Tests: 1 passed, 1 failed{counts}\n" in job.read("summary")
    assert "::error file=test_b.py,line=2," in printed


def test_a_job_that_cannot_be_done_is_an_error(job: Job) -> None:
    assert job.run(PASSING | NO_SERVER, "--python", "false")[0] == 69
    assert job.outputs["outcome"] == "error"


@pytest.mark.parametrize("runner", [SELF_HOSTED, GITHUB_HOSTED])
def test_a_dry_run_of_a_job_changes_nothing(runner: dict[str, str], job: Job) -> None:
    write(job.project, PASSING | MEASURED)
    before = snapshot(job.folder)
    code, printed = job.run(PASSING | MEASURED, "--dry-run", runner=runner)
    assert code == 0
    assert snapshot(job.folder) == before
    assert f"cd {job.project} && env " in printed
    assert "-m coverage run -m pytest" in printed
    assert f"append to {job.folder / 'output'}" in printed
