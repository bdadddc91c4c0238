"""Records which lines each test executes: one context of coverage for each test.

PYTEST_DONT_REWRITE, as in the package.

What a fixture of a larger scope executes has a context of its own: later tests use its value without
executing it again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

# As in ci_kit/testing/selection/measured.py.
_SCOPE = "ci-kit scope:"
# Nothing measures what happens in another process.
_PROCESS_EVENTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.system"})


class Recording:
    """Switches coverage's context, and notes the tests that start other processes."""

    def __init__(self, config: pytest.Config, facts: Any) -> None:
        self._config = config
        self._facts = facts
        self._context = ""
        self._problem = ""
        self._with_processes: set[str] = set()
        self._start_process: Callable[[BaseProcess], None] = BaseProcess.start
        self._interrupted: list[str] = []

    def pytest_sessionstart(self) -> None:
        self._problem = _conflict(self._config)
        if hasattr(sys, "addaudithook"):
            sys.addaudithook(self._audit)
        # Python raises no event for the method "spawn" of multiprocessing.
        start = self._start_process

        def noted_start(process: BaseProcess) -> None:
            self._note_process()
            start(process)

        BaseProcess.start = noted_start  # type: ignore[assignment, method-assign]

    def _audit(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if event in _PROCESS_EVENTS:
            self._note_process()

    def _note_process(self) -> None:
        if self._context:
            self._with_processes.add(self._context)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        # A copy, because an import in another thread would end the loop.
        files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        self._facts.record(startup=sorted(file for file in files if isinstance(file, str)))

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, None, None]:
        self._switch(item.nodeid)
        yield
        self._switch("")

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, None, None]:
        if fixturedef.scope == "function":
            yield
            return
        scope = _SCOPE + request.node.nodeid
        # pytest calls what was added last first: the end of the fixture is between these two.
        fixturedef.addfinalizer(self._leave)
        self._enter(scope)
        yield
        self._leave()
        fixturedef.addfinalizer(lambda: self._enter(scope))

    def _enter(self, scope: str) -> None:
        self._interrupted.append(self._context)
        self._switch(scope)

    def _leave(self) -> None:
        self._switch(self._interrupted.pop())

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        BaseProcess.start = self._start_process  # type: ignore[assignment, method-assign]
        if sys.version_info < (3, 8):
            self._problem = "Python 3.7 does not tell which tests start processes"
        self._facts.record(processes=sorted(self._with_processes), problem=self._problem)

    def _switch(self, context: str) -> None:
        self._context = context
        coverage = _running_coverage()
        if coverage is None:
            # Under pytest-xdist, the process without tests.
            return
        try:
            coverage.switch_context(context)
        except Exception as error:  # noqa: BLE001  (the tests count more than the record)
            self._problem = str(error)


def _running_coverage() -> Any:
    module: Any = sys.modules.get("coverage")
    return module.Coverage.current() if module else None


def _conflict(config: pytest.Config) -> str:
    """Why another plugin or setting has contexts of its own; empty if none has."""
    if config.getoption("cov_context", None):
        return "pytest-cov records contexts of its own (--cov-context)"
    coverage = _running_coverage()
    if coverage is not None and coverage.get_option("run:dynamic_context"):
        return "coverage records contexts of its own (dynamic_context)"
    return ""
