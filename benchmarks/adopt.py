"""Runs every workflow of tests/adopt before and after `ci-kit adopt`, and prints a table of the outcomes."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import get_args

from tests.adopt.adopting import adopt
from tests.adopt.cases import Case, load_cases
from tests.adopt.comparison import Comparison, compare, counts
from tests.adopt.workplace import Workplace
from tests.runner.image import ServerName
from tests.runner.machine import CommandFailedError, Machine
from tests.support.unavailable import Unavailable

COLUMNS = ("workflow", "traits", "adopt", "tests before", "tests after", "before s", "after s", "remark")
HEADER = f"| {' | '.join(COLUMNS)} |\n{'|---' * len(COLUMNS)}|"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="beginnings of names (default: all workflows)")
    parser.add_argument("--logs", type=Path, help="folder for the logs of the runs")
    arguments = parser.parse_args()
    names = tuple(arguments.names) or ("",)
    cases = [case for case in load_cases() if case.name.startswith(names)]
    started = time.monotonic()
    rows: dict[str, str] = {case.name: not_run(case) for case in cases if not case.run}
    wrong: list[str] = []
    for server in get_args(ServerName):
        runnable = [case for case in cases if case.run and case.server == server]
        if not runnable:
            continue
        try:
            with Workplace.open(Machine.build_image(server), server) as workplace:
                for case in runnable:
                    comparison = compare(case, workplace)
                    rows[case.name] = run_row(comparison)
                    wrong += [f"{case.name}: {problem}" for problem in comparison.problems]
                    print(f"{case.name} {time.monotonic() - started:.0f} s", file=sys.stderr)
                    if arguments.logs:
                        keep_logs(comparison, arguments.logs)
        except (Unavailable, CommandFailedError) as problem:
            sys.exit(str(problem))
    print(HEADER, *(rows[case.name] for case in cases), sep="\n")
    print(f"\n{len(rows)} workflows, {time.monotonic() - started:.0f} s", file=sys.stderr)
    if wrong:
        sys.exit("\n\n".join(problem.partition("\n")[0] for problem in wrong))


def not_run(case: Case) -> str:
    """The row of a workflow that cannot run here."""
    with tempfile.TemporaryDirectory() as folder:
        data = adopt(case, Path(folder)).data
    return _row(case, data, "", "", "", "", f"not run: {case.no_run}")


def run_row(comparison: Comparison) -> str:
    """The row of a workflow that ran."""
    before, after = comparison.before, comparison.after
    times = f"{before.seconds:.1f}", f"{after.seconds:.1f}" if after else ""
    tests = counts(before), counts(after) if after else "not run: unchanged"
    places = {outcome.replaced for outcome in (before, after) if outcome and outcome.replaced}
    return _row(comparison.case, comparison.adoption.data, *tests, *times, "; ".join(sorted(places)))


def keep_logs(comparison: Comparison, folder: Path) -> None:
    """Write the logs of the runs, and the adopted workflow with ci-kit's explanation."""
    folder.mkdir(parents=True, exist_ok=True)
    name = comparison.case.name
    (folder / f"{name}.before.log").write_text(comparison.before.log, encoding="utf-8")
    (folder / f"{name}.adopted.yml").write_bytes(comparison.adoption.data)
    (folder / f"{name}.explanation.txt").write_text(comparison.adoption.text, encoding="utf-8")
    if comparison.after:
        (folder / f"{name}.after.log").write_text(comparison.after.log, encoding="utf-8")


def _row(case: Case, data: bytes, *cells: str) -> str:
    if data == case.data:
        change = "refused" if case.result in ("refused", "invalid") else "unchanged"
    else:
        change = f"{len(case.lines)} → {len(data.splitlines())} lines"
    return f"| {case.name} | {', '.join(case.traits)} | {change} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
