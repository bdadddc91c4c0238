"""Measures each report of a large made-up run: its time, and the peak memory of a process that makes it."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmarks.side_by_side import measure
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.report.publishing import PUBLISHERS, Publisher, publish
from ci_kit.report.report_files import REPORT_FILES, ReportPaths
from ci_kit.report.run_report import RunReport, Step
from ci_kit.testing.covered_lines import FileCoverage, PatchCoverage
from ci_kit.testing.results import Results
from ci_kit.testing.results_file import read_results

READING, ALL = "reading the results alone", "all reports"
TESTS, FAILURES, FILES = 20_000, 5_000, 2_000
BATCH = 200
MIB = 1024
# The size of what pytest prints for a test with a few local values.
TRACEBACK = "".join(f"    line = compute({n}, 'a value')  # of the shop\n" for n in range(30))
PRINTED = "".join(f"INFO shop.orders: order {n} has been paid\n" for n in range(20))


def write_results(path: Path) -> None:
    """Write what ci-kit's plugin writes for the run. Every fourth test fails, each with its own message."""
    with path.open("w", encoding="utf-8") as file:
        for batch in range(TESTS // BATCH):
            numbers = range(batch * BATCH, (batch + 1) * BATCH)
            for number in numbers:
                if number % (TESTS // FAILURES) == 0:
                    file.write(f"{json.dumps(failure(number))}\n")
            tests = [[node(n), outcome(n), n % 97 / 100, "", 3, "", 0] for n in numbers]
            file.write(f"{json.dumps({'event': 'tests', 'root': '/shop', 'tests': tests})}\n")
        counts = {"passed": TESTS - FAILURES, "failed": FAILURES}
        ended = dict.fromkeys(("collected", "selected", "ended"), TESTS)
        finish = {"event": "finish", "counts": counts, **ended, "deselected": 0, "seconds": 60.0}
        file.write(f"{json.dumps(finish)}\n")


def node(number: int) -> str:
    return f"tests/test_{number // 100}.py::test_{number // 2}[{number % 2}]"


def outcome(number: int) -> str:
    return "passed" if number % (TESTS // FAILURES) else "failed"


def failure(number: int) -> dict[str, object]:
    return {
        "event": "failure",
        "node": node(number),
        "test": node(number),
        "stage": "call",
        "file": f"/shop/tests/test_{number // 100}.py",
        "line": 3,
        "message": f"assert {number} == {number + 1}",
        "traceback": f"{TRACEBACK}E   assert {number} == {number + 1}\n",
        "sections": [["Captured stdout call", PRINTED], ["Captured log call", PRINTED]],
    }


def made_up_report(results: Results | None) -> RunReport:
    covered = tuple(
        FileCoverage(f"shop/part_{n}.py", 80.0, tuple(range(1, 161)), tuple(range(161, 201)))
        for n in range(FILES)
    )
    return RunReport(
        outcome="failed",
        timezone="Asia/Seoul",
        mysql_version="MySQL 9.7.4",
        python_version="3.13.1",
        results=results,
        coverage=80.0,
        problem="",
        seconds=61.0,
        covered=covered,
        patch=PatchCoverage("origin/main", covered[::20]),
        steps=(Step("tests", 0.0, 60.0), Step("coverage", 60.0, 61.0)),
        repository=Path("/shop"),
    )


def nothing(report: RunReport, runner: Runner) -> None:
    """The report that only reading is compared with."""


def ways(folder: Path) -> Mapping[str, Publisher]:
    """Each report alone, and all of them."""
    files = {name: ReportPaths({name: folder / name}) for name in REPORT_FILES}
    everything = ReportPaths({name: folder / name for name in REPORT_FILES})
    return {
        READING: nothing,
        **{publisher.__name__: publisher for publisher in PUBLISHERS},
        **{name: partial(write_file, paths) for name, paths in files.items()},
        ALL: partial(publish_all, everything),
    }


def write_file(paths: ReportPaths, report: RunReport, runner: Runner) -> None:
    for error in paths.write(report, runner):
        raise error


def publish_all(paths: ReportPaths, report: RunReport, runner: Runner) -> None:
    for error in publish(report, runner, paths):
        raise error


def make(way: str, folder: Path) -> None:
    """Make one report in this process; prints the seconds of reading, and those of the report, as JSON."""
    started = time.perf_counter()
    results = read_results(folder / "results.jsonl")
    read = time.perf_counter() - started
    report = made_up_report(results)
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    for path in map(Path, files.values()):
        path.unlink(missing_ok=True)
    runner = Runner(Host(environ={**os.environ, **files, "GITHUB_ACTIONS": "true", "ACT": "true"}))
    runner.host.redactor.add("the password of root")
    started = time.perf_counter()
    ways(folder)[way](report, runner)
    taken = time.perf_counter() - started
    (folder / "seconds").write_text(json.dumps([read, read if way == READING else taken]), encoding="utf-8")


def usage(way: str, folder: Path) -> tuple[float, float, float]:
    """The seconds of reading, those of the report, and the peak of memory in MiB of a process for it."""
    argv = [sys.executable, "-m", "benchmarks.reports", "--way", way, "--folder", str(folder)]
    with (folder / "errors").open("w+b") as errors:
        child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        if status:
            errors.seek(0)
            sys.exit(errors.read().decode())
    read, taken = json.loads((folder / "seconds").read_text(encoding="utf-8"))
    return read, taken, used.ru_maxrss / MIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", help="make this one report, in this process")
    parser.add_argument("--folder", type=Path, help="the folder with the results, for --way")
    arguments = parser.parse_args()
    if arguments.way:
        make(arguments.way, arguments.folder)
        return
    taken: dict[str, list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_results(folder / "results.jsonl")

        def run(way: str) -> None:
            taken.setdefault(way, []).append(usage(way, folder))

        processes: dict[str, Callable[[], None]] = {way: partial(run, way) for way in ways(folder)}
        measure(processes, arguments.rounds)
    print(f"{'':<32}{'min s':>8}{'median':>8}{'max':>8}{'ratio':>8}{'MiB':>8}")
    for way, rounds in taken.items():
        # The first round is a warm-up.
        _, seconds, memory = zip(*rounds[1:], strict=True)
        ratio = statistics.median(seconds_of / read for read, seconds_of, _ in rounds[1:])
        figures = f"{min(seconds):8.2f}{statistics.median(seconds):8.2f}{max(seconds):8.2f}{ratio:8.2f}"
        print(f"{way:<32}{figures}{statistics.median(memory):8.0f}")


if __name__ == "__main__":
    main()
