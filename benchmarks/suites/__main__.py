"""Runs the test suites of public projects by hand and by ``ci-kit run``, and compares the outcomes."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.suites.description import SUITES, Suite
from benchmarks.suites.outcome import SHOWN, Outcome
from benchmarks.suites.runs import by_hand, under_ci_kit
from tests.support import mariadb, mysql97
from tests.support.unavailable import Unavailable

_PRODUCTS = {"MySQL": mysql97.mysqld, "MariaDB": mariadb.mariadbd}
_ROW = "{:<12}{:<9}{:<9}{:>8}{:>8}{:>8}{:>10}{:>6}{:>9}{:>10}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suites", description=__doc__)
    parser.add_argument("--suite", action="append", choices=[suite.name for suite in SUITES])
    parser.add_argument("--product", action="append", choices=list(_PRODUCTS))
    parser.add_argument(
        "-k", dest="keyword", default="", help="run only these tests: an expression of pytest"
    )
    arguments = parser.parse_args()
    print(_ROW.format("suite", "product", "run", *SHOWN, "coverage", "exit", "tests s", "around s"))
    equal = True
    for suite in SUITES:
        for product in _PRODUCTS:
            if suite.name in (arguments.suite or [suite.name]) and product in (
                arguments.product or [product]
            ):
                equal = _compare(_selected(suite, arguments.keyword), product) and equal
    return 0 if equal else 1


def _selected(suite: Suite, keyword: str) -> Suite:
    if not keyword:
        return suite
    return replace(suite, pytest_args=(*suite.pytest_args, f"-k={keyword}"))


def _compare(suite: Suite, product: str) -> bool:
    program = _PRODUCTS[product]()
    with tempfile.TemporaryDirectory() as name:
        # The server's user has to read the files of the project that its settings name.
        folder = Path(name)
        folder.chmod(0o755)
        hand = by_hand(suite, program, folder)
        _print(suite, product, "by hand", hand)
        kit = under_ci_kit(suite, program, folder)
        _print(suite, product, "ci-kit", kit)
    differences = hand.differences(kit)
    overhead = kit.around_tests - hand.around_tests
    print(f"  {'different' if differences else 'equal'}; ci-kit's overhead: {overhead:+.1f} s")
    for line in differences:
        print(f"  {line}", flush=True)
    return not differences


def _print(suite: Suite, product: str, run: str, outcome: Outcome) -> None:
    numbers = [outcome.counts.get(name, 0) for name in SHOWN]
    seconds = (f"{outcome.test_seconds:.1f}", f"{outcome.around_tests:.1f}")
    print(
        _ROW.format(suite.name, product, run, *numbers, outcome.coverage, outcome.exit_code, *seconds),
        flush=True,
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unavailable, subprocess.CalledProcessError) as reason:
        sys.exit(str(reason))
