"""How often a repeated suite has tests "slower than usual", and how many really slower tests are found.

Usage: python -m benchmarks.slower FILE.xml …: the JUnit XML files of runs of one suite, the oldest first.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from ci_kit.history.past_run import PastRun
from ci_kit.history.past_tests import PastTests
from ci_kit.history.trend import trend_of
from ci_kit.history.usual import FEWEST, median
from ci_kit.testing.junit import read_junit
from ci_kit.testing.results import TestResult

_RUN = PastRun("", "", "", "", "passed", "", "", 0.0)
# In seconds: a test for which a slowdown would be worth a line.
_WORTH = 0.9
_FACTOR = 3.5


def main() -> None:
    past = PastTests()
    compared = reported = worth = found = 0
    for run in map(_read, sys.argv[1:]):
        known = {node: past.tests[node].seconds for node in run if node in past.tests}
        known = {node: seconds for node, seconds in known.items() if len(seconds) >= FEWEST}
        compared += len(known)
        reported += len(_slower(run, past))
        for node in (node for node, seconds in known.items() if median(seconds) >= _WORTH):
            slow = replace(run[node], seconds=_FACTOR * run[node].seconds)
            worth += 1
            found += node in _slower(run | {node: slow}, past)
        past = past.with_run(run.items())
    print(f"reported: {reported} of {compared} comparisons ({reported / compared:.1%})")
    print(f"found, if one test takes {_FACTOR} times as long: {found} of {worth} ({found / worth:.1%})")


def _slower(run: dict[str, TestResult], past: PastTests) -> set[str]:
    return {one.name for one in trend_of(_RUN, [], run.items(), past, base="").slower_tests}


def _read(name: str) -> dict[str, TestResult]:
    path = Path(name)
    return {test.node: test for test in read_junit(path, path.parent).tests}


if __name__ == "__main__":
    main()
