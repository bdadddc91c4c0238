"""Real runs of shards, without a server, and `ci-kit combine` on what they leave."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.environments import environment
from tests.unit.support import ALONE, SELF_HOSTED, ci_kit, file_command, write
from tests.unit.testing.patch.repositories import git

SUITE = {
    "app.py": "def used(n):\n    if n:\n        return 1\n    return 2\n",
    "test_a.py": "import app, pytest\n"
    "@pytest.mark.parametrize('n', range(1, 9))\ndef test_n(n): assert app.used(n)\n",
    "test_b.py": "import app\ndef test_zero(): assert app.used(0) == 2\ndef test_one(): assert app.used(1)\n",
    "pyproject.toml": "[tool.coverage.run]\nbranch = true\nsource = ['.']\n[tool.ci-kit]\nmysql = 'off'\n",
}


class Shards:
    """A project whose shards run one after another, each with a document in the folder ``runs``."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.root = write(folder / "p", files)
        self.python = sys.executable

    def run(self, shard: str, *words: str, **environ: str) -> CompletedProcess[str]:
        name = shard.replace("/", "-")
        flags = [f"--shard={shard}", f"--run-report=runs/{name}.json", f"--python={self.python}", *words]
        done = ci_kit("run", "-C", self.root, *flags, env=ALONE | environ)
        assert "Traceback (most recent call last)" not in done.stderr
        return done

    def run_all(self, of: int, *words: str, **environ: str) -> None:
        for number in range(1, of + 1):
            done = self.run(f"{number}/{of}", *words, **environ)
            assert done.returncode == 0, done.stdout + done.stderr

    def combine(self, *words: str, **environ: str) -> CompletedProcess[str]:
        done = ci_kit("combine", "-C", self.root, "runs", *words, env=environ)
        assert "Traceback (most recent call last)" not in done.stderr
        return done

    def tests(self, name: str) -> list[str]:
        document = json.loads((self.root / "runs" / f"{name}.json").read_text())
        return [test["node"] for test in document["results"]["tests"]]


@pytest.fixture
def shards(tmp_path: Path) -> Shards:
    return Shards(tmp_path, SUITE)


@pytest.mark.parametrize("words", [(), ("--workers=2",), ("--", "-p", "xdist", "-n2")])
def test_every_test_runs_once_and_the_coverage_is_that_of_all(shards: Shards, words: tuple[str, ...]) -> None:
    shards.run_all(3, *words)
    ran = [test for n in (1, 2, 3) for test in shards.tests(f"{n}-3")]
    assert len(ran) == len(set(ran)) == 10
    done = shards.combine("--fail-under=100")
    assert done.returncode == 0, done.stderr
    assert "Tests passed: 10 passed, coverage 100.0 %" in done.stderr


def test_combined_shards_report_what_one_run_does(shards: Shards) -> None:
    whole = {
        "test_c.py": "import pytest\n"
        "def test_fails(): assert [1] == [5]\n"
        "@pytest.mark.skip(reason='no')\ndef test_skipped(): ...\n"
        "@pytest.mark.xfail\ndef test_expected(): assert 0\n",
        "test_skipped.py": "import pytest\npytest.skip('all of it', allow_module_level=True)\n",
    }
    write(shards.root, whole)
    words = ("--history=none", "--", "-k", "not test_one")
    for number in (1, 2, 3):
        shards.run(f"{number}/3", *words)
    combined = shards.combine("--history=none", "--run-report=combined.json")
    ci_kit("run", "-C", shards.root, f"--python={sys.executable}", "--run-report=one.json", *words, env=ALONE)
    assert combined.returncode == 1
    found, expected = (json.loads((shards.root / name).read_text()) for name in ("combined.json", "one.json"))
    counts = (
        "passed",
        "failed",
        "errors",
        "skipped",
        "xfailed",
        "xpassed",
        "deselected",
        "collected",
        "ended",
    )
    assert {name: found["results"][name] for name in counts} == {
        name: expected["results"][name] for name in counts
    }
    assert found["covered"] == expected["covered"]
    assert {test["node"] for test in found["results"]["tests"]} == {
        test["node"] for test in expected["results"]["tests"]
    }


def test_an_empty_shard_passes_and_a_suite_without_tests_is_skipped(shards: Shards, tmp_path: Path) -> None:
    write(shards.root, {"test_a.py": "", "test_b.py": "def test_b(): ...\n"})
    shards.run_all(2)
    assert sorted(len(shards.tests(f"{n}-2")) for n in (1, 2)) == [0, 1]
    assert shards.combine().returncode == 0
    nothing = Shards(tmp_path / "empty", {"pyproject.toml": "[tool.ci-kit]\nmysql = 'off'\n"})
    done = nothing.run("1/2", "--no-coverage")
    assert done.returncode == 0
    assert "No tests to run" in done.stderr
    nothing.run("2/2", "--no-coverage")
    assert "No tests to run" in nothing.combine().stderr


def test_deselecting_all_tests_is_an_error_in_each_shard(shards: Shards) -> None:
    assert shards.run("1/3", "--", "-k", "nothing_has_this_name").returncode == 5


def test_thresholds_apply_to_all_shards_together(shards: Shards) -> None:
    settings = (
        SUITE["pyproject.toml"]
        + "fail-under = 100\nmin-tests = 11\n[tool.coverage.report]\nfail_under = 100\n"
    )
    write(shards.root, {"pyproject.toml": settings})
    shards.run_all(2)
    done = shards.combine()
    assert done.returncode == 9
    assert "10 tests ran, expected at least 11" in done.stderr
    assert shards.combine("--min-tests=10").returncode == 0


def test_the_threshold_of_pytest_cov_waits_for_all_shards(shards: Shards) -> None:
    addopts = "[tool.pytest.ini_options]\naddopts = '-p pytest_cov --cov --cov-fail-under=100'\n"
    write(shards.root, {"pyproject.toml": SUITE["pyproject.toml"] + addopts})
    shards.python = environment("coverage-newest")
    shards.run_all(3)
    assert "coverage 100.0 %" in shards.combine().stderr


def test_failed_tests_fail_the_combined_run_and_keep_their_code(shards: Shards) -> None:
    write(shards.root, {"test_a.py": "def test_fails(): assert 0\n"})
    codes = [shards.run(f"{n}/2").returncode for n in (1, 2)]
    assert sorted(codes) == [0, 1]
    done = shards.combine("--fail-under=100")
    assert done.returncode == 1
    assert "Tests failed, 1 of 2 runs failed: shard" in done.stderr


def test_a_missing_shard_is_named(shards: Shards) -> None:
    shards.run_all(3)
    (shards.root / "runs" / "2-3.json").unlink()
    done = shards.combine()
    assert done.returncode == 12
    assert "1 of 3 shards is missing: 2/3" in done.stderr


def test_a_missing_shard_is_named_also_if_tests_failed(shards: Shards) -> None:
    write(shards.root, {"test_a.py": "def test_fails(): assert 0\n", "test_b.py": ""})
    shards.run("1/2")
    done = shards.combine()
    assert done.returncode == 1
    assert "1 of 2 shards is missing: 2/2" in done.stderr


def test_shards_of_other_tests_do_not_fit_together(shards: Shards) -> None:
    shards.run("1/2")
    write(shards.root, {"test_c.py": "def test_c(): ...\n"})
    shards.run("2/2")
    done = shards.combine()
    assert done.returncode == 14
    assert "the shards 1/2 and 2/2 have split different tests" in done.stderr
    assert "1/2 found 10 tests, and 2/2 11" in done.stderr


def test_shards_with_other_durations_do_not_fit_together(shards: Shards) -> None:
    shards.run("1/2")
    ci_kit("run", "-C", shards.root, f"--python={sys.executable}", env=ALONE)
    shards.run("2/2")
    done = shards.combine()
    assert done.returncode == 14
    assert "both found 10 tests, but with other ids or other durations" in done.stderr


def test_shards_of_other_numbers_do_not_fit_together(shards: Shards) -> None:
    shards.run("1/2")
    shards.run("2/3")
    done = shards.combine()
    assert done.returncode == 14
    assert "are parts of 2 and of 3" in done.stderr


def test_a_job_that_ran_again_replaces_its_first_document(shards: Shards) -> None:
    write(shards.root, {"test_a.py": "import os\ndef test_a(): assert 'AGAIN' in os.environ\n"})
    failed = next(n for n in (1, 2) if shards.run(f"{n}/2").returncode)
    first = (shards.root / "runs" / f"{failed}-2.json").rename(shards.root / "runs" / "first.json")
    again = SELF_HOSTED | {"GITHUB_RUN_ATTEMPT": "2", "AGAIN": "1"}
    assert shards.run(f"{failed}/2", "--history=none", **again).returncode == 0
    assert shards.combine().returncode == 0
    # Without attempts, nothing says which one counts.
    shards.run(f"{failed}/2")
    done = shards.combine()
    assert done.returncode == 14, first
    assert "two documents are of the shard" in done.stderr


def test_combine_keeps_the_durations_for_the_next_shards(shards: Shards) -> None:
    shards.run_all(2)
    assert not (shards.root / ".ci-kit").exists() or not list((shards.root / ".ci-kit").glob("tests-*"))
    assert shards.combine().returncode == 0
    done = shards.run("1/2")
    assert re.search(r"shard +1/2: \d+ of 10 tests, usually \d\.\d of \d\.\d s", done.stderr), done.stderr
    shards.run("2/2")
    assert shards.combine().returncode == 0


def test_the_shards_of_each_run_of_a_matrix_belong_together(shards: Shards) -> None:
    for name in ("one", "two"):
        for number in (1, 2):
            shards.run(f"{number}/2", f"--run-name={name}", f"--run-report=runs/{name}{number}.json")
    done = shards.combine()
    assert done.returncode == 0, done.stderr
    assert "one, shard 1/2" in done.stderr
    assert "Tests passed: 20 passed" in done.stderr
    (shards.root / "runs" / "two1.json").unlink()
    assert "shard is missing: 1/2" in shards.combine().stderr.replace("shards is", "shard is")


def test_shards_on_other_patch_releases_belong_together(shards: Shards) -> None:
    shards.run("1/2", "--run-name=MySQL 8.0.45, Python 3.13.1")
    shards.run("2/2", "--run-name=MySQL 8.0.46, Python 3.13.2")
    done = shards.combine()
    assert done.returncode == 0, done.stderr
    assert "Tests passed: 10 passed" in done.stderr


def test_a_shard_that_could_not_run_is_named(shards: Shards) -> None:
    shards.run("1/2")
    done = shards.run("2/2", "--mysql=private", "--mysqld=/nowhere/mysqld")
    assert done.returncode == 64
    assert shards.combine().returncode == 12


@pytest.mark.parametrize(
    ("shard", "message"),
    [
        ("6/5", "expected a shard from 1/5 to 5/5"),
        ("0/5", "expected a shard from 1/5 to 5/5"),
        ("2", "expected a shard and the number of shards, as in 2/5"),
        ("a/b", "expected a shard and the number of shards, as in 2/5"),
        ("1/0", "expected from 1 to 256 shards"),
        ("1/257", "expected from 1 to 256 shards"),
    ],
)
def test_a_wrong_shard_is_one_error(shards: Shards, shard: str, message: str) -> None:
    done = ci_kit("run", "-C", shards.root, f"--shard={shard}")
    assert done.returncode == 64
    assert message in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--test-command=python -m unittest"], "only pytest can run a part of its tests"),
        (["--measure-tests"], "measure-tests measures all tests"),
    ],
)
def test_what_does_not_fit_a_shard_is_one_error(shards: Shards, words: list[str], message: str) -> None:
    done = shards.run("1/2", *words)
    assert done.returncode == 64
    assert message in done.stderr


@pytest.mark.parametrize(("number", "of"), [(1, 10**12), (3, 2), (0, 2)])
def test_a_document_with_an_impossible_shard_is_one_error(shards: Shards, number: int, of: int) -> None:
    shards.run("1/2")
    path = shards.root / "runs" / "1-2.json"
    document = json.loads(path.read_text())
    document["shard"] |= {"number": number, "of": of}
    path.write_text(json.dumps(document))
    done = shards.combine()
    assert done.returncode == 64
    assert "a document has a shard that cannot be" in done.stderr


def test_a_whole_run_is_no_shard(shards: Shards) -> None:
    ci_kit("run", "-C", shards.root, f"--python={sys.executable}", "--run-report=runs/a.json", env=ALONE)
    done = shards.combine()
    assert done.returncode == 64
    assert "a document is not that of a shard" in done.stderr


def test_report_names_combine_for_shards(shards: Shards) -> None:
    shards.run("1/2")
    done = ci_kit("report", "-C", shards.root, "runs")
    assert done.returncode == 64
    assert "type `ci-kit combine` with the documents of all shards" in done.stderr


@pytest.mark.parametrize("flag", [("--shard=1/1",), ("--shard", "1/1")])
def test_the_command_for_the_failed_tests_has_no_shard(shards: Shards, flag: tuple[str, ...]) -> None:
    write(shards.root, {"test_b.py": "def test_fails(): assert 0\n"})
    done = ci_kit("run", "-C", shards.root, *flag, f"--python={sys.executable}", env=ALONE)
    _, _, again = done.stderr.partition("next ")
    assert "ci-kit run" in again
    assert "--shard" not in again


def test_the_reports_of_a_shard_do_not_show_its_coverage_as_that_of_the_project(
    shards: Shards, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    environ = SELF_HOSTED | {"GITHUB_OUTPUT": str(output)}
    done = shards.run("1/2", "--fail-under=100", **environ)
    assert done.returncode == 0
    assert (
        "coverage-percent" not in file_command(output.read_text())
        or not file_command(output.read_text())["coverage-percent"]
    )
    assert "`ci-kit combine` applies fail-under" in done.stderr


def test_all_shards_together_run_the_tests_that_a_change_affects(shards: Shards) -> None:
    git(shards.root, "init", "-q", "-b", "main")
    write(shards.root, {".gitignore": "runs\n.coverage\n__pycache__\n"})
    git(shards.root, "add", ".")
    git(shards.root, "commit", "-q", "-m", "first")
    whole = ("--changed", "--measure-tests", f"--python={sys.executable}")
    done = ci_kit("run", "-C", shards.root, *whole, env=ALONE)
    assert done.returncode == 0, done.stderr
    write(shards.root, {"test_b.py": SUITE["test_b.py"].replace("== 2", "== 1 + 1")})
    shards.run_all(2, "--changed")
    # A function in one line belongs to the code of its file too.
    affected = ["test_b.py::test_one", "test_b.py::test_zero"]
    assert sorted(shards.tests("1-2") + shards.tests("2-2")) == affected
    assert "Affected tests passed: 2 passed" in shards.combine("--fail-under=100").stderr
