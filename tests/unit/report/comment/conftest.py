"""A step for a pull request, and the stand-in of GitHub's API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.github_api.server import GitHub, serve
from tests.unit.report.comment.runs import Pull


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serve() as github:
        yield github


@pytest.fixture
def pull(tmp_path: Path, github: GitHub) -> Pull:
    return Pull(tmp_path, github)
