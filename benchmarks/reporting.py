"""Compares the tests alone with the same tests and the plugin that ci-kit lends, on a large suite."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.side_by_side import measure
from ci_kit.host.machine import Host
from ci_kit.settings.loading import load_settings
from ci_kit.testing.plugins import json_report_arguments, lend_plugins, results_arguments
from ci_kit.testing.python import Project

ALONE, COUNTED, REPORTED = (
    "pytest under coverage",
    "the same, with ci-kit's results",
    "and pytest-json-report",
)
IN_A_FILE = 100
MIB = 1024


def write_suite(folder: Path, tests: int) -> None:
    """Half of the tests are functions, the other half are parametrised."""
    half = IN_A_FILE // 2
    functions = "".join(f"def test_{n}(): assert {n} == {n}\n\n" for n in range(half))
    parametrised = f"@pytest.mark.parametrize('n', range({half}))\ndef test_p(n): assert n >= 0\n"
    for number in range(tests // IN_A_FILE):
        (folder / f"test_{number}.py").write_text(f"import pytest\n\n{functions}{parametrised}")


def usage(command: list[str], folder: Path, environ: dict[str, str]) -> tuple[float, float]:
    """The CPU seconds and the peak of memory in MiB that a command takes."""
    child = subprocess.Popen(command, cwd=folder, env=environ, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"the tests failed: {command}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / MIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "suite")
        folder.mkdir()
        write_suite(folder, arguments.tests)
        lent = Path(name, "plugins")
        settings = load_settings(folder, {}, {"json_report": f"{name}/report.json"})
        lend_plugins(Host(), settings, Project((sys.executable,), "", frozenset()), lent)
        counted = results_arguments(Path(name, "results.jsonl"))
        ways: dict[str, list[str]] = {
            ALONE: [],
            COUNTED: counted,
            REPORTED: [*counted, *json_report_arguments(settings)],
        }
        pytest = [sys.executable, "-m", "coverage", "run", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        environ = os.environ | {"PYTHONPATH": str(lent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}

        def run(way: str) -> None:
            taken[way].append(usage([*pytest, *ways[way]], folder, environ))

        measure({way: partial(run, way) for way in ways}, arguments.rounds)
    print(f"{'':<40}{'CPU s':>8}{'ratio':>8}{'MiB':>8}{'more':>8}")
    for way, rounds in taken.items():
        # The first round is a warm-up.
        pairs = zip(rounds[1:], taken[ALONE][1:], strict=True)
        ratio = statistics.median(one[0] / other[0] for one, other in pairs)
        cpu, memory = (statistics.median(column) for column in zip(*rounds[1:], strict=True))
        more = memory - statistics.median(one[1] for one in taken[ALONE][1:])
        print(f"{way:<40}{cpu:8.2f}{ratio:8.2f}{memory:8.0f}{more:8.0f}")


if __name__ == "__main__":
    main()
