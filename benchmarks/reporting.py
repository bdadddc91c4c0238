"""Compares a large suite by hand with the same suite as ci-kit runs it, with the plugin that ci-kit lends."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.side_by_side import measure
from ci_kit.host.commands import Command
from ci_kit.host.machine import Host
from ci_kit.run_folder import run_folder
from ci_kit.settings.loading import load_settings
from ci_kit.testing.plugins import json_report_arguments, lend_plugins, results_arguments
from ci_kit.testing.python import Project
from ci_kit.testing.session import project_command

ALONE, COUNTED, REPORTED = (
    "coverage run -m pytest",
    "as ci-kit runs it",
    "the same, with pytest-json-report",
)
IN_A_FILE = 100
MIB = 1024
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")


def write_suite(folder: Path, tests: int) -> None:
    """Half of the tests are functions, the other half are parametrised."""
    half = IN_A_FILE // 2
    functions = "".join(f"def test_{n}(): assert {n} == {n}\n\n" for n in range(half))
    parametrised = f"@pytest.mark.parametrize('n', range({half}))\ndef test_p(n): assert n >= 0\n"
    for number in range(tests // IN_A_FILE):
        (folder / f"test_{number}.py").write_text(f"import pytest\n\n{functions}{parametrised}")


def usage(command: Command) -> tuple[float, float]:
    """The CPU seconds and the peak of memory in MiB that a command takes."""
    environ = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    child = subprocess.Popen(command.argv, cwd=command.cwd, env=environ, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"the tests failed: {command}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / MIB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json-report", action="store_true", help="measure pytest-json-report too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name, "suite")
        root.mkdir()
        write_suite(root, arguments.tests)
        project = Project((sys.executable,), "", frozenset({"pytest"}))
        host = Host()

        def alone() -> tuple[float, float]:
            return usage(project.command(["-m", "coverage", "run", *PYTEST], cwd=root))

        def with_ci_kit(*, json_report: str) -> tuple[float, float]:
            settings = load_settings(root, {}, {"json_report": json_report})
            with run_folder(host) as folder:
                lend_plugins(host, settings, project, folder / "plugins")
                session = folder / "1"
                host.make_dir(session)
                reports = [*results_arguments(session / "results"), *json_report_arguments(settings)]
                words = ["-m", "coverage", "run", *PYTEST, *reports]
                return usage(project_command(project, session, words, cwd=root))

        ways: dict[str, Callable[[], tuple[float, float]]] = {
            ALONE: alone,
            COUNTED: partial(with_ci_kit, json_report=""),
        }
        if arguments.json_report:
            ways[REPORTED] = partial(with_ci_kit, json_report="report.json")
        taken: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}

        def run(way: str) -> None:
            taken[way].append(ways[way]())

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
