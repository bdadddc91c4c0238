"""A step of a workflow, to publish a report in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.report.making import Step


@pytest.fixture
def step(tmp_path: Path) -> Step:
    return Step(tmp_path)
