"""``ci-kit run`` on the sample app, and the same tests alone on a server that is up."""

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
    parser.add_argument("--mysqld", default="", help="the server program; the first one found by default")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    program = ("--mysqld", given.mysqld) if given.mysqld else ()
    ci_kit("mysql", "up", *program)
    try:
        variables = json.loads(ci_kit("mysql", "env", "--json"))

        def alone() -> None:
            command = [str(PYTHON), "-m", "coverage", "run", "-m", "pytest"]
            env = os.environ | variables
            subprocess.run(command, cwd=SAMPLE, env=env, check=True, capture_output=True)

        def by_hand() -> None:
            alone()
            for command in (["report", "-m"], ["json", "-q", "-o", os.devnull]):
                subprocess.run(
                    [str(PYTHON), "-m", "coverage", *command], cwd=SAMPLE, check=True, capture_output=True
                )

        taken = measure(
            {
                "coverage run -m pytest, on a server that is up": alone,
                "the same, and both coverage reports": by_hand,
                "ci-kit run, its own server included": lambda: ci_kit("run", *program),
            },
            given.rounds,
        )
    finally:
        ci_kit("mysql", "down")
    print(table(taken, "coverage run -m pytest, on a server that is up"))


if __name__ == "__main__":
    main()
