"""The package managers' own programs, in one environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import environments


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of the real programs: poetry, uv, pdm, pipenv, hatch, tox and nox."""
    return environments.managers()
