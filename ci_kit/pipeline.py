"""The test job: its steps, in order.

While the server boots, ci-kit inspects the project's Python. pytest collects the tests once, in the run
itself. A collection before the run would import the project twice. A conftest.py that connects on import
would fail then, because the server is not up yet.
"""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from pathlib import Path

from ci_kit.errors import CiKitError, UnavailableError
from ci_kit.github import Runner
from ci_kit.hand_over import hand_over
from ci_kit.mysql.kept_run import open_for_run
from ci_kit.mysql.opening import (
    RunningServer,
    StartingServer,
    placeholder_values,
    test_environment,
)
from ci_kit.report.failed_again import CommandLine, failed_again
from ci_kit.report.job_steps import JobSteps
from ci_kit.report.past_runs import compare_with_history
from ci_kit.report.publishing import comment_writer, conclude, show_errors
from ci_kit.report.report_files import ReportPaths, report_paths
from ci_kit.report.run_report import RunReport
from ci_kit.report.selected_tests import SelectedTests
from ci_kit.report.shard_run import ShardRun
from ci_kit.run_folder import run_folder
from ci_kit.settings.placeholders import names_in
from ci_kit.settings.project_folders import project_folders
from ci_kit.settings.settings import Settings
from ci_kit.testing.commands import TestCommand, modules_of, read_commands
from ci_kit.testing.connection_files import read_connection_files
from ci_kit.testing.coverage import CoverageReport, report_coverage, require_coverage, save_coverage
from ci_kit.testing.covered_lines import PatchCoverage
from ci_kit.testing.dotenv.overrides import override_warnings
from ci_kit.testing.parallel import require_fit, starts_debugger
from ci_kit.testing.patch.base import Base, find_base
from ci_kit.testing.patch.coverage import measure_patch, require_patch_coverage
from ci_kit.testing.programs import find_programs
from ci_kit.testing.pytest_plan import PytestPlan
from ci_kit.testing.python import Project, inspect_project
from ci_kit.testing.run import run_tests
from ci_kit.testing.verdict import TestRun
from ci_kit.timezone import set_timezone
from ci_kit.workers import Workers


class Job:
    """One test job. It keeps the result of each step, so that a job that fails early has a report too."""

    def __init__(self, settings: Settings, runner: Runner, typed: CommandLine) -> None:
        self._host = runner.host
        self._settings = settings
        self._runner = runner
        self._typed = typed
        self._commands: tuple[TestCommand, ...] = ()
        self._steps = JobSteps(runner, settings.log_groups)
        self._base: Base | None = None
        self._files = ReportPaths({})
        self._project: Project | None = None
        self._servers: list[RunningServer] = []
        self._workers = Workers(settings, runner)
        self._tests: TestRun | None = None
        self._coverage: CoverageReport | None = None
        self._patch: PatchCoverage | None = None
        self._selected = SelectedTests(runner, settings, self._warn)
        self._shard = ShardRun(runner, settings)

    def run(self) -> int:
        """Do the whole job; gives pytest's exit code, or 0 if there are no tests. Raises CiKitError."""
        problem: CiKitError | None = None
        try:
            with ExitStack() as cleanup:
                self._run(cleanup)
            self._require_coverage()
        except CiKitError as error:
            problem = error
        code = self._tests.code if self._tests else 0
        report = self._report(problem)
        if self._shard.report is None:
            report = compare_with_history(report, self._runner, self._settings, self._selected.measured)
        comment = None if self._shard.report else comment_writer(self._settings)
        return conclude(report, self._runner, self._files, code=code, problem=problem, comment=comment)

    def _run(self, cleanup: ExitStack) -> None:
        host, settings = self._host, self._settings
        commands = self._commands = read_commands(settings)
        self._files = report_paths(settings)
        files = read_connection_files(host, settings)
        if debugger := starts_debugger(commands):
            self._use_one_worker(debugger)
            settings = self._settings
        require_fit(settings, commands, files)
        used = settings.using(names_in(file.template for file in files))
        with self._steps.folded("setup"):
            project, found = self._set_up(used, cleanup)
        values = placeholder_values(self._servers)
        commands = tuple(command.filled(values) for command in found)
        env = test_environment(settings, self._servers)
        self._warn_of_overrides(project, commands, env)
        try:
            with run_folder(host) as folder, ExitStack() as written:
                for file in files:
                    written.enter_context(file.written(host, folder, values))
                written.enter_context(self._workers.served(folder, found))
                self._test(project, commands, env, folder)
        except CiKitError:
            # Later steps may look at the database of a job that failed.
            self._hand_over(env)
            raise
        self._hand_over(env)

    def _use_one_worker(self, debugger: str) -> None:
        """Leave the workers out: a debugger needs the terminal."""
        if self._settings.parallel:
            self._warn(f"one worker runs the tests, because of pytest's argument {debugger}")
            self._settings = self._settings.with_one_worker()
            self._workers = Workers(self._settings, self._runner)

    def _set_up(self, settings: Settings, cleanup: ExitStack) -> tuple[Project, tuple[TestCommand, ...]]:
        """Set the time zone, start the servers, and inspect the project's Python while they boot."""
        host, commands = self._host, self._commands
        with self._steps.step("time zone", "timezone", f"setting {settings.timezone}") as step:
            changed_machine = set_timezone(settings, self._runner)
            scope = "the machine" if changed_machine else "this run alone"
            step.done(f"{settings.timezone}, {scope}")
        with self._steps.step("server", "mysql", "starting") if settings.all_servers else nullcontext():
            starting = [open_for_run(one, self._runner, cleanup) for one in settings.all_servers]
            self._workers.begin(starting, cleanup)
            self._base = find_base(self._runner, settings)
            with self._steps.step("python", "python", "looking for the project's Python") as step:
                project = self._project = inspect_project(host, settings, modules=modules_of(commands))
                step.done(str(project))
                found = find_programs(host, settings, project, commands)
            for one in starting:
                self._servers.append(self._wait_for_server(one))
            self._workers.prepare(starting, self._servers, cleanup)
        return project, found

    def _warn_of_overrides(
        self, project: Project, commands: tuple[TestCommand, ...], env: dict[str, str]
    ) -> None:
        arguments = [word for command in commands if command.kind == "pytest" for word in command.arguments]
        for warning in override_warnings(self._settings.root, env, pytest_args=arguments, has=project.has):
            self._warn(warning)

    def _test(
        self, project: Project, commands: tuple[TestCommand, ...], env: dict[str, str], folder: Path
    ) -> None:
        host, settings = self._host, self._settings
        self._selected.choose(name=self._name, versions=self._derived_name)
        self._shard.choose(name=self._name, workers=self._workers.count)
        try:
            with self._steps.step("tests", "tests", "running") as step:
                with self._steps.folded("tests"):
                    self._tests = run_tests(
                        host,
                        settings,
                        project,
                        commands,
                        env=env,
                        run_folder=folder,
                        plan=PytestPlan(self._selected.plan, self._shard.plan, self._workers.count),
                    )
                if not host.dry:
                    step.done(self._tests.said)
            self._selected.read(folder)
            self._shard.read(folder)
            for warning in self._tests.warnings:
                self._warn(warning)
            if self._tests.problem:
                raise self._tests.problem
        except CiKitError:
            save_coverage(host, settings, project, run_folder=folder)
            raise
        measured = settings.coverage and any(command.measured for command in commands)
        if not (measured and self._anything_ended):
            save_coverage(host, settings, project, run_folder=folder)
            return
        with self._steps.step("coverage", "coverage", "making the report") as step:
            with self._steps.folded("coverage"):
                contexts = self._selected.contexts(folder)
                self._coverage = report_coverage(
                    host, settings, project, run_folder=folder, contexts=contexts
                )
            self._patch = measure_patch(self._runner, settings, self._base, self._coverage.files)
            if self._coverage.percent is not None:
                step.done(f"{self._coverage.percent:.2f} %")
        for warning in self._coverage.warnings:
            self._warn(warning)
        self._selected.record(folder, self._tests.results if self._tests else None)

    def _wait_for_server(self, starting: StartingServer) -> RunningServer:
        server = starting.wait()
        since_start = "nothing was started" if self._host.dry else f"{self._steps.elapsed:.1f} s"
        self._host.console.step("mysql", f"{server.describe()}, {since_start}")
        return server

    def _hand_over(self, env: dict[str, str]) -> None:
        """Report the servers that ended during the run, and give later steps what they can use."""
        problems = [problem for server in self._servers if (problem := server.lost())]
        problems += self._workers.lost()
        for problem in problems:
            self._report_lost(problem)
        hand_over(self._servers, env, self._settings, self._runner)

    def _report_lost(self, problem: UnavailableError) -> None:
        """Report a server that ended during the run: a warning if the tests passed without it."""
        if self._tests and not self._tests.code:
            self._warn(self._host.redactor.redact("\n".join(problem.lines())))
        else:
            show_errors([problem], self._runner)

    def _warn(self, text: str) -> None:
        self._host.console.warning(text)
        self._runner.annotate("warning", text, title="ci-kit")

    def _require_coverage(self) -> None:
        """Raise the error of a missing report or of a threshold. Failed tests keep their exit code."""
        if not self._tests or self._host.dry:
            return
        self._selected.tell_thresholds(self._coverage)
        unwritten = self._coverage.unwritten if self._coverage else None
        if self._tests.code or self._tests.outcome != "passed":
            if unwritten:
                show_errors([unwritten], self._runner)
            return
        if unwritten:
            raise unwritten
        if self._settings.shard:
            return
        if not self._selected.partial:
            require_coverage(self._coverage, self._settings)
        if self._coverage or not self._selected.partial:
            require_patch_coverage(self._patch, self._settings)

    def _report(self, problem: CiKitError | None) -> RunReport:
        """The report of the job. ``problem`` is the error that ended it."""
        tests = self._tests
        # The coverage of some tests is not that of the project.
        whole = None if self._selected.partial or self._settings.shard else self._coverage
        return RunReport(
            outcome=problem.outcome if problem else tests.outcome if tests else "error",
            timezone=self._settings.timezone,
            mysql_version=self._versions(),
            python_version=self._project.version if self._project else "",
            results=tests.results if tests else None,
            coverage=whole.percent if whole else None,
            covered=whole.files if whole else (),
            patch=None if self._settings.shard else self._patch,
            problem="\n".join(problem.lines()) if problem else "",
            seconds=self._steps.elapsed,
            reason=tests.reason if tests else "",
            zone_is_default=not self._settings.given("timezone"),
            steps=self._steps.ended,
            again=failed_again(
                self._typed,
                tests.results if tests else None,
                self._commands,
                root=self._settings.root.absolute(),
                elsewhere=self._runner.present,
            ),
            annotate_warnings=self._settings.annotate_warnings,
            repository=project_folders(self._settings.root, self._host.environ)[-1],
            root=self._settings.root,
            name=self._name,
            selection=self._selected.selection,
            shard=self._shard.with_coverage(None if self._selected.partial else self._coverage, self._patch),
            began=self._steps.began,
            workers=self._workers.used,
        )

    @property
    def _name(self) -> str:
        return self._settings.run_name or self._derived_name

    @property
    def _derived_name(self) -> str:
        """What usually differs between the runs of a matrix: the servers and the Python."""
        python = f"Python {self._project.version}" if self._project and self._project.version else ""
        return ", ".join(filter(None, (self._versions(), python)))

    def _versions(self) -> str:
        """The product and version of each server, after its name if it has one."""
        found = [(server.settings.name, server.access.version) for server in self._servers]
        return ", ".join(f"{name}: {version}" if name else str(version) for name, version in found if version)

    @property
    def _anything_ended(self) -> bool:
        results = self._tests.results if self._tests else None
        return self._host.dry or bool(results and (results.ended or results.uncounted))
