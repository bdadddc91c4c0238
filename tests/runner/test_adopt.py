"""Workflows of the corpus run the same tests before and after `ci-kit adopt`, with a real service and act.

These are a few workflows that differ much. `python -m benchmarks.adopt` runs all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adopt.cases import Case, load_cases
from tests.adopt.comparison import compare
from tests.adopt.workplace import Workplace

SAMPLE = (
    "01-course",  # Poetry, ln, systemctl, counting with grep
    "07-here-document",  # pip, an account of the application
    "13-services-with-health-check",  # a service container, pytest-cov
    "43-uv-and-exit-5",  # uv, a new password, exit code 5
    "72-everything-in-one-script",  # lines that stay in the script of lines that go
)


@pytest.fixture(scope="module")
def workplace(image: Path) -> Iterator[Workplace]:
    with Workplace.open(image, "mysql") as opened:
        yield opened


@pytest.mark.parametrize(
    "case", [case for case in load_cases() if case.name in SAMPLE], ids=lambda case: case.name
)
def test_the_same_tests_pass_before_and_after_the_adoption(case: Case, workplace: Workplace) -> None:
    problems = list(compare(case, workplace).problems)
    assert not problems, "\n".join(problems)
