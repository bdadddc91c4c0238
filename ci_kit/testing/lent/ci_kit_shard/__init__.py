"""A pytest plugin that runs only the tests of one shard.

PYTEST_DONT_REWRITE: there are no assertions here, and rewriting takes time.

ci-kit copies this package, and loads it with ``-p``. The project's Python runs it, so it supports Python 3.7
and pytest 6.2, and imports nothing but pytest. ``ci_kit/testing/shards/pytest_side.py`` writes the file that
the option names, and reads the facts that this plugin writes beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Generator
from typing import Any

import pytest

from .split import split, weights_of

_OPTION = "--ci-kit-shard"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("ci-kit").addoption(_OPTION, metavar="FILE", help="file with the shard and the durations")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("ci_kit_shard")
    if not path:
        return
    # pytest-cov would compare the coverage of some tests with the threshold of all.
    cov = getattr(config.pluginmanager.getplugin("_cov"), "options", None)
    if cov is not None:
        cov.cov_fail_under = 0
    with open(path, encoding="utf-8") as file:
        wanted = json.load(file)
    worker = getattr(config, "workerinput", {}).get("workerid", "main")
    facts = "{}.{}".format(os.path.abspath(path), worker)
    config.pluginmanager.register(Sharding(wanted, facts), "ci-kit-sharding")


class Sharding:
    """Leaves out the tests of the other shards. Each worker of pytest-xdist does it in the same way."""

    def __init__(self, wanted: dict[str, Any], facts: str) -> None:
        self._wanted = wanted
        self._facts = facts

    # After all other plugins, which may leave out or reorder tests. They are not reported as deselected:
    # the sum over all shards would count each of them many times.
    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, None, None]:
        yield
        weights = weights_of((item.nodeid for item in items), self._wanted["seconds"])
        own = set(split(weights, self._wanted["of"])[self._wanted["number"] - 1])
        items[:] = [item for item in items if item.nodeid in own]
        basis = json.dumps(sorted(weights.items()))
        self._write(
            tests=len(weights),
            own=len(own),
            weight=sum(weights.values()),
            own_weight=sum(weights[node] for node in own),
            known=len(self._wanted["seconds"].keys() & weights.keys()),
            digest=hashlib.sha256(basis.encode("utf-8", "replace")).hexdigest()[:16],
        )

    def _write(self, **facts: object) -> None:
        unfinished = self._facts + "~"
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(facts, file)
        os.replace(unfinished, self._facts)
