"""A plugin of pytest's main process that gives each worker of pytest-xdist its own variables.

They are set in the worker before it imports pytest, and so before any code of the project. Two files of ci-kit's
process, described in ``ci_kit/testing/worker_desk.py``, are the other side.
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

# In seconds. ci-kit itself reports sooner that a server does not boot.
_LIMIT = 7200.0
_POLL = 0.01
_SET_VARIABLES = """\
import os
os.environ.update(channel.receive())
"""
# The name becomes a part of a path.
_NAME = re.compile(r"[\w.-]+")


class Workers:
    """``folder`` is that of the workers. ``await_main_thread`` waits until a worker can run more code."""

    def __init__(self, folder: Path, await_main_thread: Callable[[Any], None]) -> None:
        self._folder = folder
        self._await_main_thread = await_main_thread
        self._chooses_distribution = False

    # The options of pytest's configuration and of the arguments are known here, and xdist has set none yet.
    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> None:
        self._chooses_distribution = getattr(early_config.known_args_namespace, "dist", "") == "no"

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        # The tests of one file often depend on each other.
        if self._chooses_distribution and getattr(config.option, "dist", "") == "load":
            config.option.dist = "loadfile"

    # Before coverage starts there, which reads the project's configuration.
    @pytest.hookimpl(optionalhook=True, tryfirst=True)
    def pytest_xdist_newgateway(self, gateway: Any) -> None:
        channel = gateway.remote_exec(_SET_VARIABLES)
        channel.send(self._variables(gateway.id))
        channel.waitclose()
        self._await_main_thread(gateway)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        # A worker that ends as usual may be followed by another one with its name, in the next command.
        if error:
            self._send("end", node.gateway.id)

    def _variables(self, worker: str) -> dict[str, str]:
        if not _NAME.fullmatch(worker):
            raise pytest.UsageError("ci-kit cannot serve a worker with the name {!r}".format(worker))
        path = self._folder / (worker + ".json")
        if not path.exists():
            self._send("start", worker)
            deadline = time.monotonic() + _LIMIT
            while not path.exists():
                if time.monotonic() > deadline:
                    raise pytest.UsageError("ci-kit gave the worker {} no server".format(worker))
                time.sleep(_POLL)
        answer = json.loads(path.read_text(encoding="utf-8"))
        if "error" in answer:
            raise pytest.UsageError("the worker {} gets no server: {}".format(worker, answer["error"]))
        return dict(answer["variables"])

    def _send(self, verb: str, worker: str) -> None:
        # Without O_NONBLOCK, this would wait without end if ci-kit was killed.
        pipe = os.open(str(self._folder / "requests"), os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(pipe, "{} {}\n".format(verb, worker).encode())
        finally:
            os.close(pipe)
