"""One run of a suite by hand, and one under ``ci-kit run``."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.suites.description import Suite
from benchmarks.suites.outcome import Outcome, Result, outputs_of_step
from benchmarks.suites.project import unpack
from benchmarks.suites.server import HOST, PASSWORD, StockServer, free_port

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "SSL_CERT_FILE")


def by_hand(suite: Suite, program: Path, folder: Path) -> Outcome:
    """Start a stock server, run the tests and print the coverage, as the project's developers do it."""
    project = unpack(suite, folder)
    start, port = project / suite.start, free_port()
    login = {"host": HOST, "port": str(port), "user": suite.user, "password": PASSWORD}
    values = login | {"project": str(project)}
    for file, template in suite.files.items():
        (project / file).write_text(_filled((project / template).read_text("utf-8"), values), "utf-8")
    activated = {
        "VIRTUAL_ENV": str(project / ".venv"),
        "PATH": f"{project}/.venv/bin{os.pathsep}{os.environ['PATH']}",
    }
    variables = {name: _filled(text, values) for name, text in suite.variables.items()}
    environ = _environ(folder) | activated | variables
    lines = [_filled(line, values) for line in suite.server_lines]
    commands = [shlex.split(_filled(line, values)) for line in suite.commands.strip().splitlines()]
    server = StockServer(program)
    try:
        started = time.perf_counter()
        with server.running(port, lines, suite.databases, suite.user):
            runs = [_run(words, start, environ) for words in commands]
            report = _run(["coverage", "report", "-m", "--precision=2"], start, environ)
            seconds = time.perf_counter() - started
    finally:
        server.remove()
    exit_code = next((run.returncode for run in runs if run.returncode), 0)
    output = "".join(run.stdout for run in (*runs, report))
    return Outcome(Result.of(output), _total(report.stdout), exit_code, seconds, output)


def under_ci_kit(suite: Suite, program: Path, folder: Path, *, workers: int = 0) -> Outcome:
    """Let ``ci-kit run`` start its private server and run the tests, as the project's settings say.

    With ``workers``, ci-kit sets their number, and the settings do not.
    """
    start = unpack(suite, folder) / suite.start
    flags = [f"--workers={workers}", *suite.for_workers] if workers else []
    if workers:
        settings = start / "pyproject.toml"
        text = re.sub(r'^ *"--numprocesses=.*\n', "", settings.read_text("utf-8"), flags=re.MULTILINE)
        settings.write_text(text, "utf-8")
    ci_kit = Path(sys.executable).with_name("ci-kit")
    environ = _environ(folder)
    started = time.perf_counter()
    run = _run([str(ci_kit), "run", f"--mysqld={program}", "--no-keep-mysql", *flags], start, environ)
    seconds = time.perf_counter() - started
    counts, coverage = outputs_of_step(Path(environ["GITHUB_OUTPUT"]))
    return Outcome(Result.of(run.stdout).counted(counts), coverage, run.returncode, seconds, run.stdout)


def _environ(folder: Path) -> dict[str, str]:
    """The variables of a step of a workflow, as act sets them: a laptop, and not GitHub's runner."""
    outputs = folder / "outputs"
    outputs.unlink(missing_ok=True)
    step = {"GITHUB_ACTIONS": "true", "ACT": "true", "GITHUB_OUTPUT": str(outputs)}
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # pytest lists the failed tests, also if the project configures another summary.
    return inherited | step | {"TZ": "UTC", "PYTEST_ADDOPTS": "-rfE"}


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _run(command: list[str], folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command, found on its own ``PATH``; its output and its errors come back as one text."""
    return subprocess.run(
        ["env", *command],
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
