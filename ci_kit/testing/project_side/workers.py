"""A plugin of pytest's main process that gives each worker of pytest-xdist variables and arguments.

Variables are set in the worker before it imports pytest, and so before any code of the project. The other
side is ``ci_kit/testing/worker_desk.py``, which describes the files.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# In seconds.
_POLL = 0.01
_SET_VARIABLES = """\
import os
os.environ.update(channel.receive())
"""
# The name becomes a part of a path.
_NAME = re.compile(r"[\w.-]+")


def _by_file(config: pytest.Config, log: Any) -> Any:
    """A scheduler that gives all tests of a file to one worker, because they often depend on each other."""
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

    class ByFile(LoadFileScheduling):  # type: ignore[misc]
        def remove_node(self, node: Any) -> Any:
            """Take a worker that died out of the schedule; gives the test that it died in."""
            for file in self.assigned_work.get(node, {}).values():
                for test, completed in file.items():
                    if not completed:
                        # xdist would start this test again, and the next worker would die too.
                        file[test] = True
                        super().remove_node(node)
                        return test
            return super().remove_node(node)

    return ByFile(config, log)


class Workers:
    """``folder`` is that of the workers, and ``number`` that of this command among those of the run.

    ``await_main_thread`` waits until a worker can run more code.
    """

    def __init__(self, folder: Path, number: str, await_main_thread: Callable[[Any], None]) -> None:
        self._folder = folder
        self._number = number
        self._config: Any = None
        self._params: Any = None
        self._await_main_thread = await_main_thread
        self._chooses_distribution = False

    # The options of pytest's configuration and of the arguments are known here, and xdist has set none yet.
    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
        self._chooses_distribution = getattr(early_config.known_args_namespace, "dist", "") == "no"

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        return _by_file(config, log) if self._chooses_distribution else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = config
        self._params = config.invocation_params

    # Before coverage starts there, which reads the project's configuration.
    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        answer = self._answer(gateway.id)
        channel = gateway.remote_exec(_SET_VARIABLES)
        channel.send(dict(answer["variables"]))
        channel.waitclose()
        self._await_main_thread(gateway)
        # xdist gives a worker the arguments of this process, which it reads after this hook.
        self._use_arguments(answer["arguments"].get(self._number, []))

    # xdist has read the arguments, and sends them after this hook.
    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_configure_node(self) -> None:
        self._config.invocation_params = self._params

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        # A worker that ends as usual may be followed by another one with its name, in the next command.
        if error:
            self._send(f"end {node.gateway.id}\n")

    def _use_arguments(self, own: list[str]) -> None:
        """Put a worker's own arguments in the place of this process's, which are the last ones."""
        params = self._params
        if own:
            args = (*params.args[: -len(own)], *own)
            self._config.invocation_params = type(params)(args=args, plugins=params.plugins, dir=params.dir)

    def _answer(self, worker: str) -> Any:
        if not _NAME.fullmatch(worker):
            raise pytest.UsageError(f"ci-kit cannot serve a worker with the name {worker!r}")
        path = self._folder / (worker + ".json")
        if not path.exists():
            self._send(f"start {worker}\n")
            while not path.exists():
                # Fails if ci-kit was killed.
                self._send("")
                time.sleep(_POLL)
        answer = json.loads(path.read_text(encoding="utf-8"))
        if "error" in answer:
            raise pytest.UsageError("the worker {} gets no server: {}".format(worker, answer["error"]))
        return answer

    def _send(self, text: str) -> None:
        """Write a request. Raises OSError if ci-kit does not read it, because it was killed."""
        # Without O_NONBLOCK, this would wait for a reader without end.
        pipe = os.open(str(self._folder / "requests"), os.O_WRONLY | os.O_NONBLOCK)
        try:
            if text:
                os.write(pipe, text.encode())
        finally:
            os.close(pipe)
