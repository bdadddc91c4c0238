"""Compares ``ci-kit run`` on the sample app with its parts alone: a server, the tests, and one report."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from benchmarks.side_by_side import measure, table
from ci_kit.console import Console
from ci_kit.host.machine import Host
from ci_kit.mysql.private.server import PrivateServer
from ci_kit.settings.loading import load_settings

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "meeting"
PYTHON = SAMPLE / ".venv" / "bin" / "python"
BOOT = "a private server, from its start to its end"
TESTS = "coverage run -m pytest, on a running server"
WITH_REPORT = "the same, and one coverage report"
WHOLE = "ci-kit run, with its own server"


def ci_kit(*words: str) -> str:
    command = [sys.executable, "-m", "ci_kit", *words, "-q", "-C", str(SAMPLE)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--mysqld", default="", help="path of the server program (default: the first one found)"
    )
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    program = ("--mysqld", arguments.mysqld) if arguments.mysqld else ()
    ci_kit("mysql", "up", *program)
    try:
        variables = json.loads(ci_kit("mysql", "env", "--json"))

        def tests_alone() -> None:
            command = [str(PYTHON), "-m", "coverage", "run", "-m", "pytest"]
            env = os.environ | variables
            subprocess.run(command, cwd=SAMPLE, env=env, check=True, capture_output=True)

        def tests_and_report() -> None:
            tests_alone()
            command = [str(PYTHON), "-m", "coverage", "report", "-m"]
            subprocess.run(command, cwd=SAMPLE, check=True, capture_output=True)

        def server_alone() -> None:
            settings = load_settings(SAMPLE, {}, {"mysqld": arguments.mysqld or None})
            with ExitStack() as cleanup:
                PrivateServer(Host(Console(verbosity=-1)), settings, "password").start(cleanup).ready()

        ways = {
            BOOT: server_alone,
            TESTS: tests_alone,
            WITH_REPORT: tests_and_report,
            WHOLE: lambda: ci_kit("run", *program),
        }
        times = measure(ways, arguments.rounds)
    finally:
        ci_kit("mysql", "down")
    print(table(times, TESTS))
    parts = zip(times[WHOLE], times[BOOT], times[WITH_REPORT], strict=True)
    overhead = statistics.median(whole - boot - tests for whole, boot, tests in parts)
    print(f"ci-kit run takes {overhead:.2f} s more than the server, the tests and one report (median)")


if __name__ == "__main__":
    main()
