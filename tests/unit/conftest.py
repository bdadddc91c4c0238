"""The unit tests' world: no variable of a runner, a server or ci-kit from outside, no timed examples."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

_FOREIGN = (
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
_OF_PYTEST = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")

# A busy machine is no reason for a test to fail.
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=60)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine of somebody who works on ci-kit, also where these tests run on a runner themselves."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) or name in _OF_PYTEST:
            monkeypatch.delenv(name)


@pytest.fixture
def kept_signals() -> Iterator[None]:
    """Puts back the handlers that ci-kit's ``main`` sets, for tests that call it in this process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("CI_KIT_CACHE", str(folder))
    return folder
