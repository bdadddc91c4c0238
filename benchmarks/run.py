"""Compares ``ci-kit run`` on the sample app with its parts alone: a server, the tests, and one report."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from benchmarks.arguments import parse_arguments
from benchmarks.side_by_side import measure, table
from ci_kit.console import Console
from ci_kit.host.machine import Host
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings
from tests.support.environments import managers

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "meeting"
PYTHON = SAMPLE / ".venv" / "bin" / "python"
BOOT = "a private server, from its start to its end"
TESTS = "coverage run -m pytest, on a running server"
WITH_REPORT = "the same, and one coverage report"
WHOLE = "ci-kit run, with its own server"
POETRY = "the same, in a project of Poetry"


def ci_kit(*words: str, project: Path = SAMPLE, env: Mapping[str, str] | None = None) -> str:
    command = [sys.executable, "-m", "ci_kit", *words, "-q", "-C", str(project)]
    environ = os.environ | (env or {})
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout


def make_poetry_project(folder: Path) -> tuple[Path, dict[str, str]]:
    """Make the sample app a project of Poetry, with the same packages; gives its folder and variables."""
    project = folder / "meeting"
    shutil.copytree(SAMPLE, project, ignore=shutil.ignore_patterns(".venv", "requirements.txt"))
    (project / "poetry.lock").touch()
    variables = {
        "PATH": f"{managers()}:{os.environ['PATH']}",
        "POETRY_VIRTUALENVS_PATH": str(folder / "environments"),
        "POETRY_VIRTUALENVS_IN_PROJECT": "false",
    }
    command = ["poetry", "env", "use", sys.executable]
    subprocess.run(command, cwd=project, env=os.environ | variables, check=True, capture_output=True)
    (packages,) = folder.glob("environments/*/lib/python*/site-packages")
    (sample_packages,) = SAMPLE.glob(".venv/lib/python*/site-packages")
    (packages / "sample.pth").write_text(f"{sample_packages}\n")
    return project, variables


def main() -> None:
    arguments = parse_arguments(__doc__)
    # The modules of an installed ci-kit are compiled.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    program = ("--mysqld", arguments.mysqld)
    ci_kit("mysql", "up", *program)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as at_end:
        at_end.callback(ci_kit, "mysql", "down")
        variables = json.loads(ci_kit("mysql", "env", "--json"))
        project, poetry = make_poetry_project(Path(folder))

        def tests_alone() -> None:
            command = [str(PYTHON), "-m", "coverage", "run", "-m", "pytest"]
            env = os.environ | variables
            subprocess.run(command, cwd=SAMPLE, env=env, check=True, capture_output=True)

        def tests_and_report() -> None:
            tests_alone()
            command = [str(PYTHON), "-m", "coverage", "report", "-m"]
            subprocess.run(command, cwd=SAMPLE, check=True, capture_output=True)

        def server_alone() -> None:
            settings = load_settings(SAMPLE, {}, {"mysqld": arguments.mysqld})
            with ExitStack() as cleanup:
                PrivateServer(Host(Console(verbosity=-1)), settings, "password").start(cleanup).ready()

        ways = {
            BOOT: server_alone,
            TESTS: tests_alone,
            WITH_REPORT: tests_and_report,
            WHOLE: lambda: ci_kit("run", *program),
            POETRY: lambda: ci_kit("run", *program, project=project, env=poetry),
        }
        times = measure(ways, arguments.rounds)
    print(table(times, TESTS))
    print("\nMore than the server, the tests and one report (median)")
    for way in (WHOLE, POETRY):
        parts = zip(times[way], times[BOOT], times[WITH_REPORT], strict=True)
        overhead = statistics.median(whole - boot - tests for whole, boot, tests in parts)
        print(f"{way:<52}{overhead:8.2f} s")


if __name__ == "__main__":
    main()
