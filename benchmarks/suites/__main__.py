"""Runs the test suites of public projects by hand and by ``ci-kit run``, and compares the outcomes.

With ``--workers N``, it compares ``ci-kit run --workers 1`` with ``ci-kit run --workers N`` instead.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.suites.description import SUITES, Suite
from benchmarks.suites.outcome import SHOWN, Outcome
from benchmarks.suites.runs import by_hand, under_ci_kit
from tests.support import mariadb, mysql97
from tests.support.unavailable import Unavailable

_PRODUCTS = {"MySQL": mysql97.mysqld, "MariaDB": mariadb.mariadbd}
_COLUMNS = ("suite", "product", "run", *SHOWN, "coverage", "exit code", "tests s", "around s", "overhead s")
_ROW = "| {:<10} | {:<7} | {:<7} | {:>6} | {:>6} | {:>7} | {:>8} | {:>9} | {:>7} | {:>8} | {:>10} |"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suites", description=__doc__)
    parser.add_argument("--suite", action="append", choices=[suite.name for suite in SUITES])
    parser.add_argument("--product", action="append", choices=list(_PRODUCTS))
    parser.add_argument("--logs", type=Path, help="an existing folder for the output of each run")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="compare one worker with N")
    arguments = parser.parse_args()
    print(_ROW.format(*_COLUMNS))
    print("|" + "---|" * len(_COLUMNS), flush=True)
    differences = [
        f"{suite.name}, {product}: {line}"
        for suite in SUITES
        if suite.name in (arguments.suite or [suite.name])
        for product in arguments.product or _PRODUCTS
        for line in _differences(suite, product, arguments.logs, _runs(arguments.workers))
    ]
    print("\n".join(["", *differences] if differences else ["", "All outcomes are equal."]))
    return 1 if differences else 0


def _runs(workers: int) -> Mapping[str, Callable[[Suite, Path, Path], Outcome]]:
    """The two runs to compare, by their names."""
    if not workers:
        return {"by hand": by_hand, "ci-kit": under_ci_kit}
    return {f"{count}-proc": partial(under_ci_kit, workers=count) for count in (1, workers)}


def _differences(
    suite: Suite, product: str, logs: Path | None, runs: Mapping[str, Callable[[Suite, Path, Path], Outcome]]
) -> list[str]:
    """Run the suite twice, print a row of the table for each run, and compare them."""
    program = _PRODUCTS[product]()
    outcomes: list[Outcome] = []
    for name, run in runs.items():
        with tempfile.TemporaryDirectory() as temporary:
            # The server's user has to read the files of the project that its settings name.
            folder = Path(temporary)
            folder.chmod(0o755)
            outcome = run(suite, program, folder)
        overhead = f"{outcome.around_tests - outcomes[0].around_tests:+.1f}" if outcomes else ""
        print(_row(suite, product, name, outcome, overhead), flush=True)
        if logs:
            (logs / f"{suite.name} {product} {name}.txt").write_text(outcome.output, encoding="utf-8")
        outcomes.append(outcome)
    first, second = outcomes
    return first.differences(second, *runs)


def _row(suite: Suite, product: str, run: str, outcome: Outcome, overhead: str) -> str:
    numbers = [outcome.result.counts.get(name, 0) for name in SHOWN]
    seconds = (f"{outcome.result.seconds:.1f}", f"{outcome.around_tests:.1f}", overhead)
    return _ROW.format(suite.name, product, run, *numbers, outcome.coverage, outcome.exit_code, *seconds)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unavailable, subprocess.CalledProcessError) as reason:
        sys.exit(str(reason))
