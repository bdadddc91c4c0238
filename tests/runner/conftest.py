"""Machines that look like GitHub's, and the files that are copied into them."""

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
    """The image of a machine like GitHub's, with MySQL."""
    return _image("mysql")


def _image(server: ServerName) -> Path:
    try:
        return Machine.build_image(server)
    except Unavailable as reason:
        skip_or_fail(reason)


@pytest.fixture(scope="module")
def machine(image: Path) -> Iterator[Machine]:
    """A machine that several tests share. They change only files of their own."""
    with Machine.boot(image) as booted:
        yield booted


@pytest.fixture
def fresh_machine(image: Path) -> Iterator[Machine]:
    """A machine for one test, which may change everything."""
    with Machine.boot(image) as booted:
        yield booted


@pytest.fixture(scope="session")
def served_machines() -> Iterator[Callable[[ServerName], Served]]:
    """A function that returns the machine of a server. All tests that change its service share it."""
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
    """A running service with the tests' password. The test fails if ci-kit leaves a file behind."""
    service = served_machines(request.param)
    service.run_with_password()
    yield from _without_leftovers(service)


@pytest.fixture(params=get_args(ServerName))
def stopped(
    request: pytest.FixtureRequest, served_machines: Callable[[ServerName], Served]
) -> Iterator[Served]:
    """A stopped service, as on GitHub's image. The test fails if ci-kit leaves a file behind."""
    service = served_machines(request.param)
    service.stop()
    yield from _without_leftovers(service)


def _without_leftovers(service: Served) -> Iterator[Served]:
    yield service
    if left := service.leftovers:
        service.restore()
        pytest.fail(f"left on the machine:\n{left}")


@pytest.fixture(scope="session")
def wheelhouse() -> Path:
    """A folder with the wheels that pip installs in a machine."""
    return wheels()
