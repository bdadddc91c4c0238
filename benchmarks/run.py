"""Compares ``ci-kit run`` on the sample app with the same tests alone, on a running server."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.side_by_side import measure, table

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "meeting"
PYTHON = SAMPLE / ".venv" / "bin" / "python"


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

        def tests_and_reports() -> None:
            tests_alone()
            for command in (["report", "-m"], ["json", "-q", "-o", os.devnull]):
                subprocess.run(
                    [str(PYTHON), "-m", "coverage", *command], cwd=SAMPLE, check=True, capture_output=True
                )

        times = measure(
            {
                "coverage run -m pytest, on a running server": tests_alone,
                "the same, and both coverage reports": tests_and_reports,
                "ci-kit run, with its own server": lambda: ci_kit("run", *program),
            },
            arguments.rounds,
        )
    finally:
        ci_kit("mysql", "down")
    print(table(times, "coverage run -m pytest, on a running server"))


if __name__ == "__main__":
    main()
