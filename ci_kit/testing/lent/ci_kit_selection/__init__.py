"""A pytest plugin that puts failed tests first, leaves out tests, and records what each test executes.

PYTEST_DONT_REWRITE: there are no assertions here, and rewriting takes time.

ci-kit copies this package, and loads it with ``-p``. The project's Python runs it, so it supports Python 3.7
and pytest 6.2, and imports nothing but pytest and coverage. ``ci_kit/testing/selection/plan.py`` writes the
file that the option names, and reads the facts that this plugin writes beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Generator
from typing import Any

import pytest

from .recording import Recording

_OPTION = "--ci-kit-selection"
# pytest's own options that order or select by the last run.
_RIVALS = {"lf": "--lf", "failedfirst": "--ff", "newfirst": "--nf", "stepwise": "--sw"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("ci-kit").addoption(_OPTION, metavar="FILE", help="file with the selection of the tests")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("ci_kit_selection")
    if not path:
        return
    with open(path, encoding="utf-8") as file:
        plan = json.load(file)
    facts = Facts(path, config)
    config.pluginmanager.register(Selecting(config, plan, facts), "ci-kit-selecting")
    if plan["record"]:
        config.pluginmanager.register(Recording(config, facts), "ci-kit-recording")


class Facts:
    """The facts of this process, in a file of its own: pytest-xdist has several processes."""

    def __init__(self, path: str, config: pytest.Config) -> None:
        worker = getattr(config, "workerinput", {}).get("workerid", "main")
        self._path = "{}.{}".format(os.path.abspath(path), worker)
        self._facts: dict[str, object] = {}

    def record(self, **facts: object) -> None:
        self._facts.update(facts)
        unfinished = self._path + "~"
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(self._facts, file)
        os.replace(unfinished, self._path)


class Selecting:
    """Leaves out the tests that a change does not affect, and moves the failed tests to the front."""

    def __init__(self, config: pytest.Config, plan: dict[str, Any], facts: Facts) -> None:
        self._config = config
        self._plan = plan
        self._facts = facts

    # After all other plugins, so that nothing changes the order again. pytest's own --ff does the same.
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        yield
        packages = installed_packages()
        self._facts.record(packages=packages, ran=len(items))
        if self._plan["known"] is not None:
            self._leave_out(items, packages)
        self._put_first(items)

    def _leave_out(self, items: list[pytest.Item], packages: str) -> None:
        if packages != self._plan["packages"]:
            self._facts.record(everything="other packages are installed")
            return
        left_out = set(self._plan["known"]).difference(self._plan["run"])
        kept = [item for item in items if item.nodeid not in left_out]
        skipped = [item for item in items if item.nodeid in left_out]
        known = set(self._plan["known"])
        new = sum(item.nodeid not in known for item in kept)
        self._facts.record(ran=len(kept), skipped=len(skipped), new=new)
        if skipped:
            self._config.hook.pytest_deselected(items=skipped)
            items[:] = kept

    def _put_first(self, items: list[pytest.Item]) -> None:
        first = set(self._plan["first"])
        failed = [item for item in items if item.nodeid in first]
        if not failed:
            return
        rivals = [flag for name, flag in _RIVALS.items() if self._config.getoption(name, False)]
        if rivals:
            self._facts.record(rival=rivals[0])
            return
        items[:] = failed + [item for item in items if item.nodeid not in first]
        self._facts.record(first=len(failed))


def installed_packages() -> str:
    """A digest of the names and versions of the packages that this Python has."""
    names: set[str] = set()
    for folder in sys.path:
        try:
            found = os.listdir(folder or ".")
        except OSError:
            continue
        names.update(name for name in found if name.endswith((".dist-info", ".egg-info", ".egg-link")))
    return hashlib.sha256("\n".join(sorted(names)).encode("utf-8", "replace")).hexdigest()[:12]
