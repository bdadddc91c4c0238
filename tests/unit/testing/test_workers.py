"""Real runs with several workers, without a server."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.unit.support import ALONE, ci_kit, write
from tests.unit.testing.test_plugins import bare_python

__all__ = ["bare_python"]

SUITE = {
    "app.py": "def used(n):\n    if n:\n        return 1\n    return 2\n\n\ndef unused():\n    return 3\n",
    "test_a.py": "import app, pytest\n"
    "@pytest.mark.parametrize('n', range(5))\ndef test_n(n): assert app.used(n)\n"
    "def test_fails(): assert [1] == [5]\n",
    "test_b.py": "import app, pytest\n"
    "def test_zero(): assert app.used(0) == 2\n"
    "@pytest.mark.skip(reason='no')\ndef test_skipped(): ...\n"
    "@pytest.mark.xfail\ndef test_expected(): assert 0\n"
    "@pytest.fixture\ndef broken(): raise OSError\n"
    "def test_error(broken): ...\n",
    "pyproject.toml": "[tool.coverage.run]\nbranch = true\nsource = ['.']\n[tool.ci-kit]\nmysql = 'off'\n",
}


def run(root: Path, *words: str, python: str = sys.executable, **environ: str) -> CompletedProcess[str]:
    done = ci_kit("run", "-C", root, f"--python={python}", "--history=none", *words, env=ALONE | environ)
    assert "Traceback (most recent call last)" not in done.stderr
    return done


def document(root: Path, *words: str) -> dict[str, object]:
    """What a run reports, without its times and its number of workers."""
    done = run(root, f"--run-report={root.parent / 'run.json'}", *words)
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads((root.parent / "run.json").read_text())
    results = found["results"]
    for failure in results["failures"]:
        # xdist adds the worker.
        del failure["traceback"], failure["sections"]
    return {
        "outcome": found["outcome"],
        "coverage": found["coverage"],
        "covered": found["covered"],
        "counts": {name: value for name, value in results.items() if isinstance(value, int)},
        "failures": sorted(results["failures"], key=lambda one: str(one["node"])),
        "tests": sorted(
            [{**one, "seconds": 0} for one in results["tests"]], key=lambda one: str(one["node"])
        ),
    }


def test_two_workers_give_the_results_and_the_coverage_of_one(tmp_path: Path) -> None:
    root = write(tmp_path / "p", SUITE)
    alone, together = document(root), document(root, "--workers", "2")
    assert together == alone
    assert alone["counts"]["passed"] == 6  # type: ignore[index]


def test_the_tests_of_a_file_stay_together_unless_the_project_asks_otherwise(tmp_path: Path) -> None:
    test = "def test_{n}(worker_id): open('seen', 'a').write('{name} ' + worker_id + '\\n')\n"
    files = {
        f"test_{name}.py": "".join(test.format(n=n, name=name) for n in range(8)) for name in ("a", "b", "c")
    }
    root = write(tmp_path / "p", files)

    def pairs(*words: str) -> set[str]:
        (root / "seen").unlink(missing_ok=True)
        assert run(root, "--mysql=off", "--workers=2", "--no-coverage", *words).returncode == 0
        return set((root / "seen").read_text().splitlines())

    assert len(pairs()) == 3
    assert len(pairs("--", "--dist=load")) > 3


def test_a_test_that_ends_its_worker_fails_alone(tmp_path: Path) -> None:
    files = {
        "test_a.py": "import os\n"
        "def test_before(): ...\ndef test_dies(): os._exit(7)\ndef test_after(): ...\n",
        "test_b.py": "def test_b(): ...\n",
    }
    done = run(write(tmp_path / "p", files), "--mysql=off", "--workers=2", "--no-coverage")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 passed, 1 failed" in done.stderr
    assert "crashed while running 'test_a.py::test_dies'" in done.stderr


def test_a_project_without_xdist_gets_that_of_ci_kit(tmp_path: Path, bare_python: str) -> None:
    root = write(tmp_path / "p", {"test_a.py": "def test_a(pytestconfig): assert pytestconfig.workerinput\n"})
    done = run(root, "--mysql=off", "--workers=2", python=bare_python)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "result     Tests passed: 1 passed" in done.stderr
    assert "2 workers" in done.stderr


def test_workers_win_against_the_configuration_of_pytest(tmp_path: Path) -> None:
    files = {
        "test_a.py": "def test_a(pytestconfig): assert pytestconfig.workerinput['workercount'] == 2\n",
        "pytest.ini": "[pytest]\naddopts = -n 1\n",
    }
    done = run(write(tmp_path / "p", files), "--mysql=off", "--workers=2", "--no-coverage", "--", "-pxdist")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_debugger_runs_the_tests_in_one_process_with_a_warning(tmp_path: Path) -> None:
    root = write(
        tmp_path / "p",
        {"test_a.py": "def test_a(pytestconfig): assert not hasattr(pytestconfig, 'workerinput')\n"},
    )
    done = run(root, "--mysql=off", "--workers=2", "--no-coverage", "--", "--pdb")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning: one worker runs the tests, because of pytest's argument --pdb" in done.stderr


def test_a_path_that_does_not_exist_is_not_taken_for_a_suite_without_tests(tmp_path: Path) -> None:
    root = write(tmp_path / "p", SUITE)
    assert run(root, "--workers=2", "--", "missing.py").returncode == 4


@pytest.mark.parametrize("words", [["--workers=2"], ["--", "-pxdist", "-n2"]])
def test_workers_that_cannot_start_are_not_taken_for_a_suite_without_tests(
    tmp_path: Path, words: list[str]
) -> None:
    # Only the main process can import it: the variable is set there, and the workers inherit it.
    once = "import os\nif 'SEEN' in os.environ: raise ImportError('only once')\nos.environ['SEEN'] = '1'\n"
    files = {
        "once.py": once,
        "test_a.py": "def test_a(): ...\n",
        "pytest.ini": "[pytest]\naddopts = -p once\n",
    }
    root = write(tmp_path / "p", files)
    done = run(root, "--mysql=off", "--no-coverage", *words, PYTHONPATH=str(root))
    assert done.returncode == 74, done.stdout + done.stderr
    assert "the workers of pytest-xdist ran no test, and one process collects 1" in done.stderr


def test_auto_says_why_there_are_so_many(tmp_path: Path) -> None:
    root = write(tmp_path / "p", {"test_a.py": "def test_a(): ...\n"})
    done = run(root, "--mysql=off", "--workers=auto", "--no-coverage")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a worker needs 256 MiB" in done.stderr
    assert f"core{'s' if (os.cpu_count() or 1) > 1 else ''};" in done.stderr


@pytest.mark.parametrize("workers", ["2", "auto"])
def test_a_dry_run_with_workers_does_nothing(tmp_path: Path, workers: str) -> None:
    root = write(tmp_path / "p", SUITE)
    done = ci_kit("--dry-run", "run", "-C", root, f"--python={sys.executable}", "--workers", workers)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
