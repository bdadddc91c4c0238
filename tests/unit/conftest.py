"""Settings and fixtures of the unit tests."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Variables of the machine that runs the tests: they would change what ci-kit does.
_OUTER_VARIABLES = (
    "ACT",
    "CI_KIT_",
    "COVERAGE_",
    "DATABASE_URL",
    "GITHUB_",
    "MYSQL_",
    "RUNNER_",
    "VIRTUAL_ENV",
    "XDG_",
)
_PYTEST_VARIABLES = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")

# A slow example on a busy machine is not a failure.
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=60)
hypothesis.settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a developer's machine, also if these tests run on a runner."""
    for name in list(os.environ):
        if name.startswith(_OUTER_VARIABLES) or name in _PYTEST_VARIABLES:
            monkeypatch.delenv(name)


@pytest.fixture
def restored_signals() -> Iterator[None]:
    """Puts back the handlers that ci-kit's ``main`` sets, for tests that call it in this process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The test's own cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CI_KIT_CACHE", str(folder))
    return folder
