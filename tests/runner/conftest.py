"""Machines that look like GitHub's, and what is carried into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from tests.runner.image import ServerName
from tests.runner.machine import Machine
from tests.runner.packages import installed, wheels
from tests.runner.served import Served
from tests.support.unavailable import Unavailable, skip_or_fail


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.runner)


@pytest.fixture(scope="session")
def image() -> Path:
    """The image of a machine like GitHub's."""
    return _image("mysql")


def _image(server: ServerName) -> Path:
    try:
        return Machine.build_image(server)
    except Unavailable as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="module")
def machine(image: Path) -> Iterator[Machine]:
    """A machine whose tests only look, or mind their own files."""
    with Machine.boot(image) as booted:
        yield booted


@pytest.fixture
def fresh_machine(image: Path) -> Iterator[Machine]:
    """A machine for one test, to change at will."""
    with Machine.boot(image) as booted:
        yield booted


@pytest.fixture(scope="session")
def served_machines() -> Iterator[Callable[[ServerName], Served]]:
    """Gives the one machine, of each server, for all tests that change its service one after the other."""
    with ExitStack() as machines:

        @cache
        def booted(server: ServerName) -> Served:
            served = Served(machines.enter_context(Machine.boot(_image(server))), server)
            served.carry_in(installed())
            return served

        yield booted


@pytest.fixture(params=get_args(ServerName))
def served(
    request: pytest.FixtureRequest, served_machines: Callable[[ServerName], Served]
) -> Iterator[Served]:
    """A service that is up, with the wanted password. Fails if ci-kit has left anything after the test."""
    found = served_machines(request.param)
    found.known()
    yield from _watched(found)


@pytest.fixture(params=get_args(ServerName))
def stopped(
    request: pytest.FixtureRequest, served_machines: Callable[[ServerName], Served]
) -> Iterator[Served]:
    """A service that is down, as GitHub's is. Fails if ci-kit has left anything after the test."""
    found = served_machines(request.param)
    found.stop()
    yield from _watched(found)


def _watched(found: Served) -> Iterator[Served]:
    yield found
    if left := found.left:
        found.restore()
        pytest.fail(f"left on the machine:\n{left}")


@pytest.fixture(scope="session")
def wheelhouse() -> Path:
    """What pip installs in a machine."""
    return wheels()
