"""A plugin of pytest that leaves the measuring to pytest-cov if it measures, and measures xdist's workers."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from coverage import Coverage

_WORKER = Path(__file__).with_name("worker_coverage.py")
# In seconds, for a worker to import coverage.
_WORKER_LIMIT = 60.0


class Facts(Protocol):
    def record(self, **facts: object) -> None: ...


class Measuring:
    """``coverage`` is running; None if ci-kit does not measure this session.

    ``data_file_before`` is COVERAGE_FILE before ci-kit set it. ``data_file`` is pytest-cov's, if it measures.
    """

    def __init__(self, facts: Facts, coverage: Coverage | None, data_file_before: str | None) -> None:
        self.configured = False
        self.data_file = ""
        self._facts = facts
        self._coverage = coverage
        self._unmeasured: list[str] = []
        self._data_file_before = data_file_before

    # pytest-cov decides by the same options and starts in this hook, after wrappers like this one.
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Generator[None, None, None]:
        coverage = self._coverage
        options = early_config.known_args_namespace
        if not coverage or not getattr(options, "cov_source", None) or getattr(options, "no_cov", False):
            yield
            return
        # Of two measurements at a time, the first one gets no data.
        coverage.stop()
        environment = self._restore_environment()
        yield
        controller = getattr(early_config.pluginmanager.getplugin("_cov"), "cov_controller", None)
        if controller is None:
            os.environ.update(environment)
            coverage.start()
            return
        self.data_file = str(Path.cwd() / controller.cov.config.data_file)
        self._facts.record(pytest_cov={"data_file": self.data_file, "config_file": controller.cov_config})

    def _restore_environment(self) -> dict[str, str]:
        """Remove what the measurement told other processes; gives what it was."""
        names = ("COVERAGE_FILE", "COVERAGE_PROCESS_CONFIG")
        removed = {name: os.environ.pop(name) for name in names if name in os.environ}
        if self._data_file_before is not None:
            os.environ["COVERAGE_FILE"] = self._data_file_before
        return removed

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        self.configured = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        """Start coverage in a worker before it imports pytest."""
        if not self._coverage or self.data_file:
            return
        quiet = _quiet(self._coverage)
        # Under xdist, this process runs no test.
        self._coverage.set_option("run:disable_warnings", quiet)
        channel = gateway.remote_exec(_WORKER.read_text(encoding="utf-8"))
        channel.send(
            {
                "data_file": self._coverage.get_option("run:data_file"),
                "config_file": self._coverage.config.config_file or False,
                "omit": self._coverage.get_option("run:omit"),
                "quiet": quiet,
            }
        )
        if problem := channel.receive(_WORKER_LIMIT):
            self._unmeasured.append(f"{gateway.id}: {problem}")
            self._facts.record(unmeasured_workers=self._unmeasured)
        await_main_thread(gateway)


def await_main_thread(gateway: Any) -> None:
    """Wait until the worker's main thread is free.

    execnet would otherwise start the tests in another thread, where coverage does not measure. With the
    execution model of pytest-xdist since 3.6, it waits itself.
    """
    while gateway.remote_status().numexecuting:
        pass
    # The thread is free shortly after it is no longer counted, and before another answer.
    gateway.remote_status()


def _quiet(coverage: Coverage) -> list[str]:
    """The warnings to switch off in a process that runs only some of the tests."""
    disabled = coverage.get_option("run:disable_warnings")
    own = [str(name) for name in disabled] if isinstance(disabled, list) else []
    return list(dict.fromkeys([*own, "no-data-collected", "module-not-imported"]))
