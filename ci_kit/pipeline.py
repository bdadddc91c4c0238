"""The test job: its steps, in order.

The server boots while the project's Python is looked at. The tests are collected once, by the run itself: a
collection ahead of it would cost the project's imports twice, and a conftest.py that connects when it is
imported would fail before the server is up.
"""

from __future__ import annotations

import time
from contextlib import ExitStack

from ci_kit.errors import CiKitError, CoverageBelowThresholdError, UnavailableError
from ci_kit.github import Runner
from ci_kit.host.machine import Host
from ci_kit.mysql.opening import Opening, OpenServer, open_server
from ci_kit.report.publishing import publish
from ci_kit.report.run_report import RunReport
from ci_kit.run_folder import run_folder
from ci_kit.settings.settings import Settings
from ci_kit.testing.coverage import CoverageReport, report_coverage
from ci_kit.testing.python import Project, inspect_project
from ci_kit.testing.run import run_tests
from ci_kit.testing.verdict import TestRun
from ci_kit.timezone import set_timezone


class Job:
    """One test job. What it learns on its way stays here, so that a job that breaks off can be reported."""

    def __init__(self, host: Host, settings: Settings, runner: Runner) -> None:
        self._host = host
        self._settings = settings
        self._runner = runner
        self._started = time.monotonic()
        self._project: Project | None = None
        self._server: OpenServer | None = None
        self._tests: TestRun | None = None
        self._coverage: CoverageReport | None = None

    def run(self) -> int:
        """Do the whole job; gives pytest's exit code, 0 for a clean skip. Raises CiKitError."""
        try:
            with ExitStack() as cleanup:
                self._run(cleanup)
            self._require_coverage()
        except CiKitError as problem:
            self._publish(problem)
            raise
        self._publish()
        return self._tests.code if self._tests else 0

    def _run(self, cleanup: ExitStack) -> None:
        host, settings = self._host, self._settings
        system = set_timezone(host, settings, self._runner)
        host.console.step("timezone", f"{settings.timezone}, {'the machine' if system else 'this run alone'}")
        opening = open_server(self._runner, settings, cleanup)
        self._project = inspect_project(host, settings)
        env = {"TZ": settings.timezone}
        if opening:
            self._server = self._await(opening)
            env |= self._server.environment()
        try:
            self._test(self._project, env, cleanup)
        except CiKitError:
            # A developer may want to look at the server of tests that failed.
            self._leave(env)
            raise
        self._leave(env)

    def _test(self, project: Project, env: dict[str, str], cleanup: ExitStack) -> None:
        host, settings = self._host, self._settings
        folder = cleanup.enter_context(run_folder(host))
        self._tests = run_tests(host, settings, project, env=env, run_folder=folder)
        if self._tests.outcome == "no-tests":
            host.console.step("tests", "there are no tests to collect: skipped")
        if settings.coverage and self._anything_ran:
            self._coverage = report_coverage(host, settings, project, run_folder=folder)

    def _await(self, opening: Opening) -> OpenServer:
        server = opening.wait()
        booted = "nothing was started" if self._host.dry else f"{self._elapsed:.1f} s"
        self._host.console.step("mysql", f"{server.describe()}, {booted}")
        return server

    def _leave(self, env: dict[str, str]) -> None:
        """Leave to later steps what they can use: the time zone, and a server that stays up."""
        server = self._server
        problem = server and server.lost()
        if problem:
            self._tell(problem)
        if server is None or not self._stays(server):
            self._runner.export({"TZ": env["TZ"]})
            return
        if server.lifetime != "elsewhere":
            server.keep()
        self._runner.export(env)
        if server.lifetime == "run" and not problem:
            self._host.console.step("mysql", "the server stays up; `ci-kit mysql down` ends it")

    def _stays(self, server: OpenServer) -> bool:
        """Whether the server is up after the run."""
        if server.lifetime != "run":
            return True
        wanted = self._settings.keep_mysql
        return self._runner.real if wanted is None else wanted

    def _tell(self, problem: UnavailableError) -> None:
        """Say what became of the server, which tests that passed did without."""
        text = "\n".join(problem.lines())
        if self._tests and not self._tests.code:
            self._host.console.warning(text)
            self._runner.annotate("warning", text, title="ci-kit")
        else:
            self._host.console.error(problem.lines())
            self._runner.annotate("error", text, title="ci-kit")

    def _require_coverage(self) -> None:
        if not self._tests or self._tests.code or self._tests.outcome != "passed" or self._host.dry:
            return
        # Tests that were all skipped have measured nothing.
        unmeasured = self._settings.fail_under and self._settings.coverage and not self._coverage
        if unmeasured or (self._coverage and self._coverage.below_threshold):
            raise CoverageBelowThresholdError(
                f"coverage is {(self._coverage and self._coverage.percent) or 0:.2f} %, below the threshold",
                why="it is the setting fail-under, or fail_under of the project's coverage configuration",
                todo="test the lines the table above lists, or lower the threshold",
            )

    def _publish(self, problem: CiKitError | None = None) -> None:
        tests, server = self._tests, self._server
        report = RunReport(
            outcome=problem.outcome if problem else tests.outcome if tests else "error",
            timezone=self._settings.timezone,
            mysql_version=str(server.access.version or "") if server else "",
            python_version=self._project.version if self._project else "",
            results=tests.results if tests else None,
            coverage=self._coverage.percent if self._coverage else None,
            problem=problem.what if problem else "",
            seconds=self._elapsed,
            exit_code=tests.code if tests else 0,
        )
        publish(report, self._runner)

    @property
    def _anything_ran(self) -> bool:
        results = self._tests.results if self._tests else None
        return self._host.dry or bool(results and results.ran)

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._started
