"""The documents of a matrix of real runs, and a checkout on another machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.cli.documents import HOSTILE_NAME, repository, run
from tests.unit.report.outcomes import RERUN, SUITE


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documents of a matrix of two runs of the suite with every outcome, each in a folder."""
    folder = tmp_path_factory.mktemp("matrix")
    project = repository(folder / "there/shop", SUITE)
    for number, name in enumerate(("MySQL 8.4", HOSTILE_NAME)):
        document = folder / f"artifacts/run-{number}/run.json"
        words = ("--no-coverage", f"--run-name={name}", "--", *RERUN)
        assert run(project, document, *words) == 1
    # It is gone when the report is made.
    shutil.rmtree(folder / "there")
    return folder / "artifacts"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The same repository on another machine."""
    return repository(tmp_path / "here", SUITE)
