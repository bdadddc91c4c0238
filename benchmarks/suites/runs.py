"""One run of a suite by hand, and one under ``ci-kit run``."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.suites.description import PASSWORD, Suite
from benchmarks.suites.outcome import Outcome, counts_of_last_line, counts_of_outputs, failed_tests
from benchmarks.suites.project import unpack
from benchmarks.suites.server import StockServer, free_port

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "SSL_CERT_FILE")


def by_hand(suite: Suite, program: Path, folder: Path) -> Outcome:
    """Start a stock server, run the tests and print the coverage, as the project's developers do it."""
    port = free_port()
    project = unpack(suite, folder, port)
    junit, python = folder / "by-hand.xml", project / ".venv" / "bin" / "python"
    environ = _environ(suite, port)
    measure = ["-m", "coverage", "run"] if suite.measured_by == "coverage" else []
    server = StockServer(program)
    try:
        started = time.perf_counter()
        with server.running(port, _server_lines(suite, project), suite.databases, suite.charset):
            tests = _run(
                [str(python), *measure, "-m", "pytest", *_arguments(suite, port, junit)], project, environ
            )
            report = _run([str(python), "-m", "coverage", "report", "--precision=2"], project, environ)
            seconds = time.perf_counter() - started
    finally:
        server.remove()
    counts, test_seconds = counts_of_last_line(tests.stdout)
    return Outcome(
        counts,
        failed_tests(junit),
        _total(report.stdout),
        tests.returncode,
        seconds,
        test_seconds,
    )


def under_ci_kit(suite: Suite, program: Path, folder: Path) -> Outcome:
    """Let ``ci-kit run`` start its private server and run the tests."""
    port = free_port()
    project = unpack(suite, folder, port)
    junit, outputs = folder / "ci-kit.xml", folder / "outputs"
    outputs.unlink(missing_ok=True)
    first, *others = suite.databases
    settings = [
        *("--mysql=private", f"--mysqld={program}", f"--mysql-port={port}", "--no-keep-mysql"),
        *("--timezone=UTC", "--no-system-timezone", f"--database={first}"),
        *(f"--extra-databases={name}" for name in others),
        *([f"--charset={suite.charset}"] if suite.charset else []),
        *(f"--mysql-settings={line}" for line in _server_lines(suite, project)),
    ]
    # The outputs of a step have the counts and the coverage. A step of act is not on GitHub's runner.
    step = {"GITHUB_ACTIONS": "true", "ACT": "true", "GITHUB_OUTPUT": str(outputs)}
    environ = _environ(suite, port) | step | {"CI_KIT_MYSQL_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "ci_kit", "run", *settings, "--", *_arguments(suite, port, junit)]
    started = time.perf_counter()
    run = _run(command, project, environ | {"PYTHONPATH": str(Path(__file__).parents[2])})
    seconds = time.perf_counter() - started
    pytests, test_seconds = counts_of_last_line(run.stdout)
    own, coverage = counts_of_outputs(outputs)
    counts = pytests | own
    return Outcome(counts, failed_tests(junit), coverage, run.returncode, seconds, test_seconds)


def _environ(suite: Suite, port: int) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, "TZ": "UTC", **suite.variables(port)}


def _arguments(suite: Suite, port: int, junit: Path) -> list[str]:
    arguments = [argument.replace("{port}", str(port)) for argument in suite.pytest_args]
    return [*arguments, f"--junitxml={junit}"]


def _server_lines(suite: Suite, project: Path) -> list[str]:
    return [line.replace("{project}", str(project)) for line in suite.server_lines]


def _run(command: list[str], folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command; its output and its errors come back as one text."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _total(report: str) -> str:
    """The last word of ``coverage report`` is the total in percent, such as ``87.31%``."""
    last = next(iter(report.rsplit(maxsplit=1)[-1:]), "")
    return last.removesuffix("%") if last.endswith("%") else f"none: {report.strip()[-100:]}"
